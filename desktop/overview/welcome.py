"""What stands on the page while there is no token yet: the three steps to a first request from Okta."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy

from desktop.widgets.basics import Card, button, column, label, picture, row
from desktop.widgets.checklist import Mark


class Welcome(Card):
    """Begins with the token; the guide shows the rest."""

    generate_wanted = Signal()
    guide_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(32, 30, 32, 30), spacing=0)
        title = self.tr("Three steps to the first request from Okta")
        self.setAccessibleName(title)
        self.generate_button = button(
            self.tr("Generate token"), self.generate_wanted.emit, icon="plus", kind="primary", tip=self.tr("Ctrl+N")
        )
        self.guide_button = button(self.tr("Show me the guide"), self.guide_wanted.emit, kind="link")
        steps = column(spacing=20)
        for number, (heading, words) in enumerate(self._steps(), 1):
            mark = Mark(number, 28)
            line = row(mark, spacing=14)
            line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
            line.addLayout(column(label(heading, "strong"), label(words, "muted", wrap=True), spacing=2), 1)
            steps.addLayout(line)
        introduction = label(
            self.tr("Perch answers on this machine. Give Okta a token and the address above, and it does the rest."),
            "muted",
            wrap=True,
        )
        inner = column(
            None,
            row(picture("shield-check", "accent", 40), None, margins=(-5, 0, 0, 0)),
            14,
            label(title, "h1"),
            6,
            introduction,
            26,
            steps,
            30,
            row(self.generate_button, self.guide_button, None, spacing=14),
            None,
            spacing=0,
        )
        middle = row(spacing=0)
        middle.addStretch(1)
        middle.addLayout(inner, 5)
        middle.addStretch(1)
        self.body.addLayout(middle, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _steps(self) -> tuple[tuple[str, str], ...]:
        return (
            (
                self.tr("Generate a token"),
                self.tr(
                    "It is the key that Okta shows with each request. You see it once; a keyring, where there is one, "
                    "keeps a copy."
                ),
            ),
            (
                self.tr("Paste the base URL and the token into Okta"),
                self.tr("In the app's Provisioning tab; the guide has each field in Okta's own words."),
            ),
            (
                self.tr("Click Test Connector Configuration in Okta"),
                self.tr("Its request appears here the moment it comes, and the first feature turns green."),
            ),
        )
