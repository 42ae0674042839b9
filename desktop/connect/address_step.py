"""The second step: whether Okta can reach Perch, said before Okta says it, and the three ways out where it cannot."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from desktop import background, messages, settings_rules
from desktop.connect.forms import AppKind
from desktop.connect.snapshot import Snapshot
from desktop.connect.step_card import StepCard
from desktop.connect.ways_out import WaysOut
from desktop.server_process import State
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, label, plain, row
from desktop.widgets.checklist import Progress
from desktop.widgets.field import Field
from server.faults import Fault
from server.okta.trial import is_reachable_from_cloud

if TYPE_CHECKING:
    from desktop.desk import Desk

_NAME = "public_url"


def is_of_this_machine(host: str) -> bool:
    """Whether only programs on this machine reach what listens at a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class AddressStep(StepCard):
    """Judges the address that Okta is given now, and takes another one."""

    agent_wanted = Signal()
    settings_wanted = Signal()
    saved = Signal(str, object)
    """A sentence, and a callable that sets the address before it again."""

    def __init__(self, number: int, desk: Desk) -> None:
        super().__init__(
            number, self.tr("Let Okta reach Perch"), self.tr("Green as soon as a request of Okta's has arrived.")
        )
        self._desk = desk
        self._snapshot = Snapshot()
        self._kind = AppKind.CUSTOM
        self._is_edited = False
        self._saving: background.Task | None = None
        self.notice = Banner()
        self.line = QLineEdit()
        self.line.setAccessibleName(self.tr("Public URL"))
        self.line.setPlaceholderText("https://scim.example.com")
        self.line.textEdited.connect(self._edit)
        self.line.returnPressed.connect(self.save)
        self.save_button = button(self.tr("Use this address"), self.save)
        self.field = Field("", self.line)
        beside = row(spacing=8)
        beside.addWidget(self.field, 1)
        beside.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignTop)
        name = label(self.tr("Public URL"), "small")
        name.setBuddy(self.line)
        self._public = plain(column(name, beside, spacing=4))
        self.ways = WaysOut(desk.clipboard)
        self.ways.agent_wanted.connect(self.agent_wanted)
        for piece in (self.notice, self._public, self.ways):
            self.inside.addWidget(piece)

    @property
    def _url(self) -> str:
        return self._desk.endpoint.status.base_url or self._snapshot.base_url

    @property
    def is_warning(self) -> bool:
        """Whether the step says that Okta cannot come."""
        return not self.notice.isHidden() and self.notice.property("tone") == "warn"

    def show_snapshot(self, taken: Snapshot, kind: AppKind) -> None:
        """Show what was read, for one kind of app."""
        self._snapshot, self._kind = taken, kind
        self._tell()
        self._public.setVisible(kind is not AppKind.AGENT or taken.listens_everywhere)
        self.line.setReadOnly(taken.is_fixed)
        if not self._is_edited and self.line.text() != taken.public_url:
            self.line.setText(taken.public_url)
        if not self._is_edited and not self.field.complaint:
            self._hint()
        self.save_button.setEnabled(self._is_edited and not taken.is_fixed and self._saving is None)
        if kind is AppKind.AGENT:
            self._judge_for_agent()
        else:
            self._judge_for_cloud()

    def _tell(self) -> None:
        last = self._snapshot.last_by_okta
        if last is None:
            self.say(Progress.OPEN)
            return
        words = self.tr("Okta came {when} with {token}.").format(
            when=when.ago(last.at), token=self._snapshot.label_of(last.token_id)
        )
        self.say(Progress.DONE, words, when.exact(last.at))

    def _judge_for_cloud(self) -> None:
        url = self._url
        if not url:
            self.notice.hide()
            self.ways.hide()
            return
        reach = is_reachable_from_cloud(url)
        if reach.ok:
            self.notice.hide()
        else:
            self._say(self.tr("{reason} Here are three ways out.").format(reason=reach.reason), "warn")
        local_url = self._desk.endpoint.status.local_url or self._snapshot.direct_url
        self.ways.show_ways(reach.ways_out, local_url)

    def _judge_for_agent(self) -> None:
        self.ways.hide()
        host = self._snapshot.host
        if self._snapshot.listens_everywhere and not self._snapshot.public_url:
            sentence = self.tr("Enter as the public URL the address by which the agent reaches this computer.")
            self._say(sentence, "info")
        elif is_of_this_machine(host):
            sentence = self.tr(
                "Install the agent on this computer: Perch listens on {host}, which no other computer reaches. For an "
                "agent elsewhere, set another address first."
            )
            self._say(sentence.format(host=host), "info", self.tr("Open Settings"))
        else:
            self.notice.hide()

    def _say(self, sentence: str, tone: str, action: str = "") -> None:
        if not self.notice.isHidden() and self.notice.accessibleName() == sentence:
            return
        self.notice.say(sentence, tone, action, self.settings_wanted.emit if action else None)

    def _hint(self) -> None:
        url = self._url
        if self._snapshot.is_fixed:
            hint = self.tr("The environment or the command line of Perch sets it.")
        elif url and is_reachable_from_cloud(url).ok:
            hint = self.tr("Okta's cloud can use this address, as far as the address itself tells.")
        else:
            hint = self.tr("The address that a tunnel or a proxy gives you, without /scim/v2.")
        self.field.hint(hint)

    # -- another address ------------------------------------------------------------------------------

    def _edit(self) -> None:
        text = self.line.text().strip()
        self._is_edited = text != self._snapshot.public_url
        self.save_button.setEnabled(self._is_edited and self._saving is None)
        # While it is typed, what it comes to; what is wrong with it is said once it is to be used.
        url = settings_rules.base_url_of({_NAME: text, "host": None, "port": None}) if text else ""
        if not url:
            self._hint()
            return
        reach = is_reachable_from_cloud(url)
        self.field.hint(
            self.tr("Okta is given {url}").format(url=url) if reach.ok else reach.reason,
            "small" if reach.ok else "caution",
        )

    def save(self) -> None:
        """Write the address and have the endpoint go by it."""
        if not self._is_edited or self._saving is not None:
            return
        text = self.line.text().strip()
        if sentence := settings_rules.complaint(_NAME, text):
            self.field.complain(sentence)
            self.line.setFocus()
            return
        self._write(text, self._snapshot.public_url)

    def _write(self, text: str, before: str) -> None:
        workspace = self._desk.workspace
        self.save_button.setEnabled(False)
        self._saving = background.run(
            self,
            lambda: workspace.save_settings({_NAME: text or None}),
            lambda config: self._wrote(config.public_url or "", before),
            lambda error: self._could_not(error, text),
        )
        self._saving.ended.connect(self._end)

    def _end(self) -> None:
        self._saving = None
        self.save_button.setEnabled(self._is_edited)

    def _wrote(self, now: str, before: str) -> None:
        self._is_edited = False
        self.line.setText(now)
        self.field.praise()
        is_others = self._desk.endpoint.status.state is State.ATTACHED
        self._desk.endpoint.restart()
        if is_others:
            words = self.tr("Saved. Another process serves this folder: restart it to go by the new address.")
        elif now:
            words = self.tr("Okta is given {url} now.").format(
                url=settings_rules.base_url_of({_NAME: now, "host": None, "port": None})
            )
        else:
            words = self.tr("The public URL is gone.")
        self.saved.emit(words, lambda: self._write(before, now))

    def _could_not(self, error: Exception, text: str) -> None:
        if isinstance(error, Fault) and settings_rules.setting_of(error) == _NAME:
            self.field.complain(settings_rules.sentence_of(error, _NAME, text))
        else:
            self.field.complain(str(messages.worded(error)))
