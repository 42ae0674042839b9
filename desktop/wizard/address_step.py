"""The second step: how Okta reaches this machine, by which address, and on which port Perch listens."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton

from desktop import background, settings_rules
from desktop.messages import worded
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, column, label, row
from desktop.widgets.field import Field
from desktop.wizard.step import Step
from server.config import Source
from server.okta.trial import is_reachable_from_cloud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk
    from server.workspace import Setting

_OURS = ("host", "port", "public_url", "insecure_bind")


class Way(StrEnum):
    """How Okta comes here."""

    AGENT = "agent"
    TUNNEL = "tunnel"
    PROXY = "proxy"


class AddressStep(Step):
    """Writes nothing until Next, and nothing at all when it is as it was."""

    title = "Address"
    next_text = "Next"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            self.tr("How Okta reaches this machine"),
            self.tr(
                "Okta's cloud cannot call a computer that only its own network knows. Choose a way; it can be "
                "changed at any time under Settings."
            ),
        )
        self._settings: dict[str, Setting] = {}
        self.banner = Banner()
        self.body.addWidget(self.banner)
        self.ways = {
            Way.AGENT: self._way(
                self.tr("Only from here"),
                self.tr("For trying things out, and for Okta's on-prem agent on this network. Nothing is opened up."),
            ),
            Way.TUNNEL: self._way(
                self.tr("Through a tunnel"),
                self.tr("cloudflared, ngrok or Tailscale Funnel gives this machine a public name. Good for a demo."),
            ),
            Way.PROXY: self._way(
                self.tr("Through my own reverse proxy"),
                self.tr("Caddy, nginx or Apache with a public certificate passes /scim/v2 on to Perch."),
            ),
        }
        self._group = QButtonGroup(self)
        for radio, _ in self.ways.values():
            self._group.addButton(radio)
        self.body.addWidget(Card(*(layout for _, layout in self.ways.values()), spacing=12))
        self.public_url = QLineEdit()
        self.public_url.setPlaceholderText("https://scim.example.com")
        self.port = QLineEdit()
        self.port.setFixedWidth(110)
        self.public_field = Field(self.tr("Public URL"), self.public_url)
        self.port_field = Field(self.tr("Port here"), self.port)
        fields = row(spacing=16)
        fields.addWidget(self.public_field, 1, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(self.port_field, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(fields)
        self.preview = label("", "mono", wrap=True, selectable=True)
        self.preview.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addLayout(column(label(self.tr("Okta is given"), "small"), self.preview, spacing=3))
        self.body.addStretch(1)
        self.ways[Way.AGENT][0].setChecked(True)
        self._group.buttonToggled.connect(self._judge)
        self.public_url.textChanged.connect(self._judge)
        self.port.textChanged.connect(self._judge)

    @staticmethod
    def _way(text: str, sentence: str) -> tuple[QRadioButton, Any]:
        radio = QRadioButton(text)
        radio.setAccessibleName(text)
        radio.setAccessibleDescription(sentence)
        words = label(sentence, "small", wrap=True)
        return radio, column(radio, row(24, words, spacing=0), spacing=2)

    @property
    def way(self) -> Way:
        """What is chosen."""
        return next(way for way, (radio, _) in self.ways.items() if radio.isChecked())

    def enter(self) -> None:
        """Read what holds, the first time."""
        if not self._settings:
            background.run(self, self.desk.workspace.list_settings, self._show, self._fail)

    def _show(self, settings: Sequence[Setting]) -> None:
        self._settings = {one.name: one for one in settings if one.name in _OURS}
        public = self._settings["public_url"].value
        if public:
            self.ways[Way.PROXY][0].setChecked(True)
        self.public_url.setText(public or "")
        self.port.setText(str(self._settings["port"].value))
        for name, control in (("public_url", self.public_url), ("port", self.port)):
            control.setReadOnly(not self._is_editable(name))
        self._judge()

    def _is_editable(self, name: str) -> bool:
        return self._settings[name].source in {Source.DEFAULT, Source.FILE}

    def _values(self) -> dict[str, Any]:
        values = {name: one.value for name, one in self._settings.items()}
        values["port"] = self.port.text().strip() or None
        values["public_url"] = None if self.way is Way.AGENT else self.public_url.text().strip() or None
        return values

    def _judge(self) -> None:
        """Say beside the fields what is wrong, and what Okta is given."""
        if not self._settings:
            return
        has_public = self.way is not Way.AGENT
        self.public_url.setEnabled(has_public)
        values = self._values()
        for name, field in (("public_url", self.public_field), ("port", self.port_field)):
            field.hint("" if self._is_editable(name) else self.tr("The environment of Perch says so."))
            if sentence := settings_rules.complaint(name, values[name]):
                field.complain(sentence)
        url = settings_rules.base_url_of(values)
        self.preview.setText(url or "—")
        if has_public and not self.public_field.complaint:
            self._hint_public(url if values["public_url"] else "")

    def _hint_public(self, url: str) -> None:
        if not url:
            self.public_field.hint(self.tr("You do not have it yet? Enter it later, under Settings."))
            return
        reach = is_reachable_from_cloud(url)
        self.public_field.hint(reach.reason, "small" if reach.ok else "caution")

    def leave(self) -> None:
        """Write what was changed, and have the endpoint go by it."""
        if not self._settings:
            self.left.emit()
            return
        values = self._values()
        changes = {
            name: values[name]
            for name in ("port", "public_url")
            if self._is_editable(name) and self._plain(values[name]) != self._plain(self._settings[name].value)
        }
        wrong = settings_rules.complaints(values, changes)
        if wrong:
            for name, field in (("public_url", self.public_field), ("port", self.port_field)):
                if name in wrong:
                    field.complain(wrong[name])
                    field.setFocus()
            return
        if not changes:
            self.left.emit()
            return
        workspace, served = self.desk.workspace, self.desk.endpoint.status.local_url

        def write() -> None:
            if "port" in changes:
                settings_rules.ensure_free(values["host"], settings_rules.read("port", values["port"]), served)
            workspace.save_settings(changes)

        self.setEnabled(False)
        task = background.run(self, write, lambda _: self._saved(), self._could_not)
        task.ended.connect(lambda: self.setEnabled(True))

    @staticmethod
    def _plain(value: Any) -> str:
        return "" if value is None else str(value)

    def _saved(self) -> None:
        self._settings = {}
        self.banner.hide()
        self.desk.endpoint.restart()
        self.left.emit()

    def _could_not(self, error: Exception) -> None:
        if isinstance(error, settings_rules.PortTaken):
            words = settings_rules.words_of_taken(error)
            self.port_field.complain(self.tr("Taken: {free} is free.").format(free=error.free))
            self.banner.say(
                words, "err", self.tr("Use port {port}").format(port=error.free), lambda: self._use(error.free)
            )
            return
        self._fail(error)

    def _use(self, port: int) -> None:
        self.banner.hide()
        self.port.setText(str(port))

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err")
