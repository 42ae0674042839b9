"""The third step: the app in Okta, and its form, field by field in Okta's words, each value with Copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.connect.forms import FORMS, AppKind, Fill, translated
from desktop.connect.secret_copy import SecretCopy
from desktop.connect.step_card import StepCard, part_of_okta, ticks
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, column, label, line, plain, row
from desktop.widgets.checklist import Progress
from desktop.widgets.copy_field import CopyField

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHBoxLayout

    from desktop.clipboard import Clipboard
    from desktop.connect.forms import Entry, Form
    from desktop.connect.snapshot import Snapshot
    from server.records import Token
    from server.workspace import Workspace

NAME_WIDTH = 196


class OktaForm(QWidget):
    """The form of one kind of app."""

    def __init__(self, form: Form, workspace: Workspace, clipboard: Clipboard) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._workspace = workspace
        self._clipboard = clipboard
        self.fields: dict[str, CopyField] = {}
        """By Okta's label."""
        self.base_url: CopyField | None = None
        self.secret: SecretCopy | None = None
        fields = column(spacing=12)
        for entry in form.connect.entries:
            fields.addLayout(self._entry(entry))
        self.setLayout(
            column(
                part_of_okta(form.create),
                line(),
                part_of_okta(form.connect, plain(fields)),
                spacing=14,
            )
        )

    def _entry(self, entry: Entry) -> QHBoxLayout:
        name = label(translated(entry.label), "muted", wrap=True)
        name.setFixedWidth(NAME_WIDTH)
        # As high as a field with one line, so that name and value stand on one line.
        name.setMinimumHeight(34)
        name.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        value = column(self._value(entry), spacing=3)
        if entry.note:
            value.addWidget(label(translated(entry.note), "small", wrap=True))
        layout = row(spacing=12)
        layout.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(value, 1)
        return layout

    def _value(self, entry: Entry) -> QWidget:
        name = translated(entry.label)
        if entry.fill is Fill.TICKS:
            return plain(column(ticks(entry.values), margins=(0, 8, 0, 6)))
        if entry.fill is Fill.TOKEN:
            self.secret = SecretCopy(self._workspace, self._clipboard, name)
            return self.secret
        field = CopyField(name, entry.values[0] if entry.values else "—", self._clipboard, bare=True)
        self.fields[entry.label] = field
        if entry.fill is Fill.BASE_URL:
            self.base_url = field
        frame = Card(field, kind="inset", margins=(12, 1, 4, 1), spacing=0)
        frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return frame


class FormStep(StepCard):
    """Has the form of each kind of app; one is in view."""

    copied = Signal(str)
    tokens_wanted = Signal(str)
    request_wanted = Signal(int)
    """The number of the request to be shown in the activity."""

    def __init__(self, number: int, workspace: Workspace, clipboard: Clipboard) -> None:
        super().__init__(
            number, self.tr("Fill in Okta's form"), self.tr("In Okta's Admin Console, in the words that stand there.")
        )
        self.refusal = Banner()
        self.about = label("", wrap=True)
        self.inside.addWidget(self.refusal)
        self.inside.addWidget(self.about)
        self.forms = {kind: OktaForm(form, workspace, clipboard) for kind, form in FORMS.items()}
        for form in self.forms.values():
            self.inside.addWidget(form)
            if form.secret is not None:
                form.secret.copied.connect(self.copied)
                form.secret.tokens_wanted.connect(self.tokens_wanted)
        self.show_kind(AppKind.CUSTOM)

    def show_kind(self, kind: AppKind) -> None:
        """Show another form."""
        self.about.setText(translated(FORMS[kind].about))
        for one, form in self.forms.items():
            form.setVisible(one is kind)

    def show_token(self, token: Token | None) -> None:
        """Offer another token."""
        for form in self.forms.values():
            if form.secret is not None:
                form.secret.show_token(token)

    def show_urls(self, urls: dict[AppKind, str]) -> None:
        """Show the base URL, which is another one for each kind of app."""
        for kind, form in self.forms.items():
            if form.base_url is not None:
                form.base_url.set_value(urls[kind] or "—")
                form.base_url.button.setEnabled(bool(urls[kind]))

    def show_snapshot(self, taken: Snapshot) -> None:
        """Turn green once Okta uses what was filled in; say so when it shows a token that does not work."""
        last, refused = taken.last_good, taken.refused
        if last is None:
            self.say(Progress.OPEN)
        else:
            words = self.tr("Okta uses it: last {when}, with {token}.").format(
                when=when.ago(last.at), token=taken.label_of(last.token_id)
            )
            self.say(Progress.DONE, words, when.exact(last.at))
        if refused is None:
            self.refusal.hide()
            return
        words = self.tr("A client that calls itself Okta was refused {when}: {why}.").format(
            when=when.ago(refused.at), why=_reason(refused.meaning)
        )
        if self.refusal.isHidden() or self.refusal.accessibleName() != words:
            self.refusal.say(words, "err", self.tr("Show it"), lambda: self.request_wanted.emit(refused.seq))


def _reason(meaning: str) -> str:
    return meaning.removeprefix("refused: ") or translated("the token does not work here")
