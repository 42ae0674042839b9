"""How Perch looks: design tokens, palette, style sheet, icons, fonts; light, dark or as the system.

Belongs here: colours by their role, and telling everybody when they change. Must not know: any widget of ours.
"""

from __future__ import annotations

import weakref
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

import qtawesome  # type: ignore[import-untyped] # it ships no types
import shiboken6
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

import resources

if TYPE_CHECKING:
    from collections.abc import Mapping

LIGHT: Final[Mapping[str, str]] = {
    "bg": "#F7F8FA",
    "side": "#FBFBFC",
    "surface": "#FFFFFF",
    "raised": "#FFFFFF",
    "border": "#E3E6EB",
    "outline": "#868E9C",
    "hover": "#F2F4F7",
    "text": "#111827",
    "muted": "#566072",
    "faint": "#697182",
    "accent": "#4F46E5",
    "accentHover": "#4338CA",
    "accentText": "#4338CA",
    "accentSoft": "#EEF0FF",
    "onAccent": "#FFFFFF",
    "ok": "#067647",
    "okBg": "#E7F8EF",
    "warn": "#9A3D06",
    "warnBg": "#FEF4E6",
    "err": "#B42318",
    "errBg": "#FEECEA",
    "onErr": "#FFFFFF",
    "info": "#175CD3",
    "infoBg": "#EAF2FE",
    "neutral": "#4B5565",
    "neutralBg": "#EFF1F5",
    "demo": "#FBBF3C",
    "onDemo": "#3B2300",
}
DARK: Final[Mapping[str, str]] = {
    "bg": "#0E1014",
    "side": "#12151A",
    "surface": "#171A21",
    "raised": "#1C2029",
    "border": "#2A303B",
    "outline": "#6B7484",
    "hover": "#1E222B",
    "text": "#E8EAEE",
    "muted": "#A0A9B8",
    "faint": "#8C95A5",
    "accent": "#5B57EE",
    "accentHover": "#6560F0",
    "accentText": "#A5A6FF",
    "accentSoft": "#24264A",
    "onAccent": "#FFFFFF",
    "ok": "#6CE0A4",
    "okBg": "#10291F",
    "warn": "#F5B661",
    "warnBg": "#2E2312",
    "err": "#FF8A7F",
    "errBg": "#331917",
    "onErr": "#1B0503",
    "info": "#84B6FF",
    "infoBg": "#142640",
    "neutral": "#B4BCC9",
    "neutralBg": "#232833",
    "demo": "#6B4708",
    "onDemo": "#FFE9C4",
}

READABLE: Final[tuple[tuple[str, str], ...]] = (
    *((text, ground) for text in ("text", "muted") for ground in ("bg", "side", "surface", "raised", "hover")),
    *(("faint", ground) for ground in ("bg", "surface")),
    ("accentText", "accentSoft"),
    ("accentText", "surface"),
    ("accentText", "bg"),
    ("onAccent", "accent"),
    ("onAccent", "accentHover"),
    ("onErr", "err"),
    ("onDemo", "demo"),
    ("text", "accentSoft"),
    ("muted", "accentSoft"),
    *((tone, f"{tone}Bg") for tone in ("ok", "warn", "err", "info", "neutral")),
    *((tone, ground) for tone in ("ok", "warn", "err", "info") for ground in ("surface", "bg")),
)
"""Each pair of text and ground that is used together; a test computes that all are AA (WCAG 2.2, 1.4.3)."""

_ROLES: Final = (
    (QPalette.ColorRole.Window, "bg"),
    (QPalette.ColorRole.Base, "surface"),
    (QPalette.ColorRole.AlternateBase, "hover"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.Button, "surface"),
    (QPalette.ColorRole.PlaceholderText, "faint"),
    (QPalette.ColorRole.Highlight, "accent"),
    (QPalette.ColorRole.HighlightedText, "onAccent"),
    (QPalette.ColorRole.ToolTipBase, "raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Link, "accentText"),
    (QPalette.ColorRole.Mid, "border"),
    (QPalette.ColorRole.Dark, "border"),
    (QPalette.ColorRole.Accent, "accent"),
)
_UGLY: Final = ("DejaVu", "Bitstream Vera", "Sans", "Liberation")
"""Families that a system falls back to when nobody chose one: then Inter is better, where it is installed."""


class Mode(StrEnum):
    """Which of the two looks."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> None: ...  # noqa: D102 -- Qt's own


class Theme(QObject):
    """The look of the running application; `changed` tells whoever paints for themselves."""

    changed = Signal()

    def __init__(self, application: QApplication, mode: Mode = Mode.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._mode = mode
        self._bound: weakref.WeakKeyDictionary[QObject, tuple[str, str]] = weakref.WeakKeyDictionary()
        self._made: dict[str, QColor] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self.is_dark = False
        self.colors: Mapping[str, str] = LIGHT
        application.setStyle("Fusion")
        application.setFont(_ui_font())
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def mode(self) -> Mode:
        """What was chosen."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Change the look at once."""
        self._mode = mode
        self._apply()
        self.changed.emit()

    def _follow(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        hints = self._application.styleHints()
        if self._mode is Mode.SYSTEM:
            self.is_dark = hints.colorScheme() is Qt.ColorScheme.Dark
        else:
            self.is_dark = self._mode is Mode.DARK
        self.colors = DARK if self.is_dark else LIGHT
        self._made.clear()
        palette = QPalette()
        for role, name in _ROLES:
            palette.setColor(role, QColor(self.colors[name]))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(self.colors["faint"]))
        # setColorScheme() does nothing on bare X11 and offscreen: the palette says it everywhere.
        self._application.setPalette(palette)
        self._application.setStyleSheet(style_sheet(self.colors, _mono_family()))
        for target, (name, color) in list(self._bound.items()):
            if is_alive(target):
                target.setIcon(self.icon(name, color))  # type: ignore[attr-defined] # only what has setIcon is bound

    def color(self, name: str) -> QColor:
        """Give a colour by its role; not to be changed: tables paint each cell with the same."""
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = QColor(self.colors[name])
        return found

    def icon(self, name: str, color: str = "muted") -> QIcon:
        """Give an icon ("copy", or "ri.plug-2-line" of another set) in a colour by its role."""
        return _icon(name if "." in name else f"ph.{name}", self.colors[color], self.colors["faint"])

    def pixmap(self, name: str, color: str = "muted", size: int = 18) -> QPixmap:
        """Give an icon as a picture, sharp on every screen."""
        ratio = self._application.devicePixelRatio()
        key = (name, self.colors[color], size, ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self.icon(name, color).pixmap(QSize(size, size), ratio)
        return found

    def bind_icon(self, target: QObject, name: str, color: str = "muted") -> None:
        """Give a button or an action its icon now and whenever the look changes."""
        target.setIcon(self.icon(name, color))  # type: ignore[attr-defined] # a button or an action
        self._bound[target] = (name, color)


def install(application: QApplication, mode: Mode = Mode.SYSTEM) -> Theme:
    """Give the application its look."""
    theme = Theme(application, mode)
    application.setProperty("perchTheme", theme)
    return theme


def current() -> Theme:
    """Give the application's look; a test that shows a lone widget gets the system's."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme = application.property("perchTheme")
    return theme if isinstance(theme, Theme) else install(application)


def style_sheet(colors: Mapping[str, str], mono: str) -> str:
    """Fill the one template."""
    text = resources.style_sheet()
    for name in sorted(colors, key=len, reverse=True):
        text = text.replace(f"@{name};", f"{colors[name]};")
    for name in ("check", "caret"):
        text = text.replace(f"@{name};", resources.style_path(f"{name}.svg").as_posix())
    return text.replace("@mono;", f'"{mono}";')


@lru_cache(16)
def mono_font(pixels: int = 12) -> QFont:
    """Give the font of URLs, tokens and JSON; not to be changed."""
    font = QFont(_mono_family())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(pixels)
    return font


def is_alive(target: QObject) -> bool:
    """Tell whether Qt still has an object."""
    return shiboken6.isValid(target)


@lru_cache(32)
def ui_font(pixels: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Give the font of everything else, for those who paint; not to be changed."""
    font = QFont(QApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font


@lru_cache(512)
def _icon(name: str, color: str, faint: str) -> QIcon:
    icon: QIcon = qtawesome.icon(name, color=color, color_disabled=faint)
    return icon


def _ui_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family().startswith(_UGLY) and QFontDatabase.hasFamily("Inter"):
        font.setFamily("Inter")
    font.setPixelSize(13)
    return font


@lru_cache(1)
def _mono_family() -> str:
    if QFontDatabase.hasFamily("JetBrains Mono"):
        return "JetBrains Mono"
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
