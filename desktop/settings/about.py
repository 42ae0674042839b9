"""The sections of the program itself: a bundle for whoever is to help, versions, licences, where to read more."""

from __future__ import annotations

import platform
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QStandardPaths, Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QGridLayout, QPlainTextEdit, QWidget

from desktop import background
from desktop.messages import worded
from desktop.settings.section import Section, explained
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, label, picture, plain, row
from desktop.widgets.dialog import Dialog
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm

DISTRIBUTION: Final = "perch-scim"
LIBRARIES: Final = (
    "PySide6_Essentials",
    "QtAwesome",
    "aiohttp",
    "orjson",
    "keyring",
    "click",
    "rich",
    "platformdirs",
    "tomlkit",
    "uvloop",
)
LINKS: Final = (
    ("Okta: SCIM 2.0 protocol", "https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/"),
    ("RFC 7644: SCIM protocol", "https://www.rfc-editor.org/rfc/rfc7644"),
    ("RFC 7643: SCIM core schema", "https://www.rfc-editor.org/rfc/rfc7643"),
)
ENDPOINT_LOG: Final = "endpoint.log"


class DiagnosticsSection(Section):
    """One file that says what is wrong, without secrets and without people."""

    name, title, icon = "diagnostics", "Diagnostics", "first-aid-kit"

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(desk, form, self.tr("One file to send to whoever is to help you. Nothing is sent by Perch."))
        self.banner = Banner()
        self.waiting = Waiting()
        self.bundle_button = button(self.tr("Make a bundle…"), self.make_bundle, icon="archive-box", kind="primary")
        self.cards.addWidget(self.banner)
        inside = self._listed(
            "check-circle",
            "ok",
            self.tr("Versions of Perch, Python, SQLite, libraries and system"),
            self.tr("Every setting and where it comes from, your public URL included"),
            self.tr("What the check-up found, how much there is, how large the files are"),
            self.tr("The last 200 requests: when, method, path, status, duration"),
            self.tr("The last lines of the endpoint's log"),
        )
        outside = self._listed(
            "prohibit",
            "muted",
            self.tr("Tokens, passwords, what is in your keyring"),
            self.tr("Names, e-mail addresses and attributes of people; names of groups"),
            self.tr("Bodies and headers of requests, and where they came from"),
            self.tr("The path of your home folder, the names of your tokens"),
        )
        lists = row(spacing=28)
        lists.addLayout(column(label(self.tr("In it"), "strong"), inside, None, spacing=8), 1)
        lists.addLayout(column(label(self.tr("Never in it"), "strong"), outside, None, spacing=8), 1)
        self.add(
            explained(
                self.tr("Diagnostic bundle"),
                self.tr("A plain zip: look into it before you send it."),
                self.bundle_button,
            ),
            self.waiting,
            lists,
        )
        self.end()

    @staticmethod
    def _listed(icon: str, tone: str, *sentences: str) -> QWidget:
        lines = column(spacing=7)
        for sentence in sentences:
            layout = row(spacing=8)
            layout.addWidget(picture(icon, tone, 16), 0, Qt.AlignmentFlag.AlignTop)
            layout.addWidget(label(sentence, "small", wrap=True), 1)
            lines.addLayout(layout)
        return plain(lines)

    def make_bundle(self) -> None:
        """Ask where to, and write it."""
        name = f"perch-diagnostics-{self.desk.workspace.custody.now()[:10]}.zip"
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Diagnostic bundle"), str(Path(folder) / name), self.tr("Zip (*.zip)")
        )
        if chosen:
            self.write_bundle(Path(chosen))

    def write_bundle(self, target: Path) -> None:
        """Write the bundle to a file."""
        self.banner.hide()
        self.bundle_button.setEnabled(False)
        workspace, log = self.desk.workspace, "\n".join(self.desk.endpoint.lines)
        task = background.run(
            self, lambda: workspace.diagnostics(target, {ENDPOINT_LOG: log}), self._written, self._failed
        )
        task.ended.connect(lambda: self.bundle_button.setEnabled(True))
        self.waiting.wait_for(task, self.tr("Collecting…"))

    def _written(self, path: Path) -> None:
        self.banner.say(
            self.tr("The bundle is at {path}.").format(path=path),
            "ok",
            self.tr("Open folder"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
            closable=True,
        )

    def _failed(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err", closable=True)


class AboutSection(Section):
    """What this program is."""

    name, title, icon = "about", "About", "info"

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(desk, form, self.tr("A desktop token manager with a SCIM 2.0 endpoint for Okta."))
        self.licences_button = button(self.tr("Licences…"), self.show_licences, icon="scales")
        self.copy_button = button(
            self.tr("Copy"), self._copy, icon="copy", kind="ghost", name=self.tr("Copy the versions")
        )
        self._facts = facts()
        head = row(spacing=12)
        head.addWidget(picture("shield-check", "accentText", 34))
        head.addLayout(
            column(
                label("Perch", "h1"),
                label(self.tr("Version {version}").format(version=self._facts[0][1]), "muted"),
                spacing=0,
            ),
            1,
        )
        head.addWidget(self.copy_button)
        head.addWidget(self.licences_button)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, (what, value) in enumerate(
            [*self._facts[1:], (self.tr("Data folder"), str(desk.workspace.folder))]
        ):
            grid.addWidget(label(what, "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(value, "mono", wrap=True, selectable=True), number, 1)
        self.add(head, plain(grid))
        links = column(spacing=4)
        for text, url in LINKS:
            link = button(self.tr(text), partial(QDesktopServices.openUrl, QUrl(url)), kind="link", tip=url)
            links.addLayout(row(link, None))
        self.add(plain(links), title=self.tr("Read more"))
        self.end()

    def _copy(self) -> None:
        self.desk.clipboard.copy("\n".join(f"{what}: {value}" for what, value in self._facts))

    def show_licences(self) -> None:
        """List what Perch is made of."""
        LicencesDialog(self.window()).open()


class LicencesDialog(Dialog):
    """Perch's own licence and those of the libraries."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, self.tr("Licences"), icon="scales", width=600)
        text = QPlainTextEdit("\n".join(f"{name} {version}: {licence}" for name, version, licence in licences()))
        text.setReadOnly(True)
        text.setProperty("kind", "mono")
        text.setAccessibleName(self.tr("Licences of Perch and of the libraries in it"))
        text.setMinimumHeight(280)
        self.body.addWidget(
            label(
                self.tr(
                    "Perch is free software under the MIT licence. Qt and PySide6 are used under the LGPL, version 3, "
                    "as libraries of their own that you may replace."
                ),
                "muted",
                wrap=True,
            )
        )
        self.body.addWidget(text)
        self.add_button(self.tr("Close"), self.accept, kind="primary")


def facts() -> list[tuple[str, str]]:
    """Give the versions of Perch and of what is below it."""
    return [
        ("Perch", _version(DISTRIBUTION)),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
        ("System", platform.platform()),
    ]


def licences() -> list[tuple[str, str, str]]:
    """Give name, version and licence of Perch and its libraries, as they say themselves."""
    found = []
    for name in (DISTRIBUTION, *LIBRARIES):
        try:
            described = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        classified = [one.rpartition(" :: ")[2] for one in described.get_all("Classifier", []) if "License" in one]
        written = [
            *described.get_all("License-Expression", []),
            ", ".join(classified),
            *described.get_all("License", []),
        ]
        licence = next(filter(None, written), "—")
        found.append((described["Name"], described["Version"], licence.splitlines()[0]))
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "—"
