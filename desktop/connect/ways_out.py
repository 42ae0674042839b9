"""The three ways out where Okta's cloud cannot reach Perch: what each is, and the command that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import Card, button, clear, column, label, picture, row
from desktop.widgets.copy_field import CopyField

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard
    from server.okta.trial import WayOut

_ICONS = ("globe", "arrows-left-right", "buildings")
_EXAMPLE = "scim.example.com"


def tunnel_command(local: str, *, is_tls: bool = False) -> str:
    """Give the command that opens a tunnel to an address on this machine, where Perch may speak TLS."""
    target = f"https://{local} --no-tls-verify" if is_tls else f"http://{local}"
    return f"cloudflared tunnel --url {target}"


def proxy_command(local: str, *, is_tls: bool = False) -> str:
    """Give the command that runs a reverse proxy with a certificate of its own."""
    target = f"https://{local} --insecure" if is_tls else local
    return f"caddy reverse-proxy --from {_EXAMPLE} --to {target}"


def local_place(url: str) -> str:
    """Give host and port of a base URL on this machine, as a proxy beside it reaches them."""
    parts = urlsplit(url)
    if not parts.hostname:
        return ""
    host = "127.0.0.1" if parts.hostname in {"0.0.0.0", "::"} else parts.hostname  # noqa: S104 -- compared, not bound
    return f"[{host}]:{parts.port}" if ":" in host else f"{host}:{parts.port}"


class WaysOut(QWidget):
    """Hidden while there is nothing to get out of."""

    agent_wanted = Signal()

    def __init__(self, clipboard: Clipboard) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._clipboard = clipboard
        self._shown: tuple[tuple[WayOut, ...], str] | None = None
        self.commands: list[CopyField] = []
        self._column = column(spacing=14)
        self.setLayout(self._column)
        self.hide()

    def show_ways(self, ways: tuple[WayOut, ...], local_url: str) -> None:
        """Show the ways out: a tunnel, a reverse proxy, the on-prem agent."""
        self.setVisible(bool(ways))
        if self._shown == (ways, local_url):
            return
        self._shown = (ways, local_url)
        clear(self._column)
        self.commands = []
        local, is_tls = local_place(local_url), local_url.startswith("https:")
        extras = (
            self._command(self.tr("the command for a tunnel"), tunnel_command(local, is_tls=is_tls) if local else ""),
            self._command(self.tr("the command for a proxy"), proxy_command(local, is_tls=is_tls) if local else ""),
            button(self.tr("Connect through the agent"), self.agent_wanted.emit, kind="link"),
        )
        for way, icon, extra in zip(ways, _ICONS, extras, strict=False):
            words = column(label(way.title, "strong"), label(way.sentence, "small", wrap=True), spacing=2)
            if extra is not None:
                words.addSpacing(4)
                is_command = isinstance(extra, Card)
                words.addWidget(extra, 0, Qt.AlignmentFlag(0) if is_command else Qt.AlignmentFlag.AlignLeft)
            line = row(spacing=12)
            line.addWidget(picture(icon, "accentText", 20), 0, Qt.AlignmentFlag.AlignTop)
            line.addLayout(words, 1)
            self._column.addLayout(line)

    def _command(self, name: str, command: str) -> Card | None:
        if not command:
            return None
        field = CopyField(name, command, self._clipboard, bare=True)
        self.commands.append(field)
        return Card(field, kind="inset", margins=(12, 3, 4, 3), spacing=0)
