"""The panel beside the table: one request, what it meant, why it ended so, and everything that was kept of it.

Belongs here: how a request reads in full. Must not know: where it comes from, how it is sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QScrollArea, QSizePolicy, QTabWidget

from desktop import theme
from desktop.activity import rows
from desktop.activity.explanation import explain
from desktop.widgets import request_words, when
from desktop.widgets.basics import Pill, button, clear, column, label, picture, plain, row, set_property
from desktop.widgets.difference_view import DifferenceView
from desktop.widgets.json_view import JsonView
from server.okta.features import Feature

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from desktop.activity.change import Changed
    from desktop.activity.explanation import Explanation
    from server.records import ActivityRecord, Token

LEAST: Final = 380
CHANGE_TAB: Final = 2


class RequestPanel(QFrame):
    """Hidden until `show_request`; tells by signals what a person asks for."""

    closed = Signal()
    curl_wanted = Signal(object)
    replay_wanted = Signal(object)
    keep_toggled = Signal(object, bool)
    resource_wanted = Signal(str, object)
    """The page and the id of a person or a group."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Request"))
        self.setMinimumWidth(LEAST)
        self.record: ActivityRecord | None = None
        self._is_kept = False
        self._method, self._status = Pill(), Pill()
        self._moment = label("", "muted")
        self.close_button = button("", self.close_panel, icon="x", kind="ghost", name=self.tr("Close the request"))
        self._sentence = _wrapping("h2")
        self._target = _wrapping("mono")
        self._facts = _wrapping("small")
        self.curl_button = button(self.tr("Copy as curl"), self._ask_curl, icon="copy")
        self.replay_button = button(self.tr("Replay…"), self._ask_replay, icon="repeat")
        self.resource_button = button("", self._ask_resource, icon="user")
        self.keep_button = button("", self._ask_keep, icon="push-pin", kind="ghost", name=self.tr("Keep"))
        self._why = _Why()
        self.headers = QPlainTextEdit()
        self.headers.setReadOnly(True)
        self.headers.setProperty("kind", "mono")
        self.headers.setTabChangesFocus(True)
        self.headers.setAccessibleName(self.tr("Headers of the request"))
        self.headers.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.request_body, self.answer_body = JsonView(self.tr("Body of the request")), JsonView(self.tr("Answer"))
        self.difference = DifferenceView()
        self._change_words = _wrapping("muted")
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Parts of the request"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        # Its line is drawn in a colour that no style sheet reaches.
        self.tabs.tabBar().setDrawBase(False)
        self._fill_tabs()
        self._lay_out()
        self.hide()

    def _fill_tabs(self) -> None:
        self._no_body = _wrapping("muted")
        request = column(
            label(self.tr("Headers"), "small"),
            self.headers,
            label(self.tr("Body"), "small"),
            self._no_body,
            spacing=4,
            margins=(0, 8, 0, 0),
        )
        request.addWidget(self.request_body, 1)
        request.addStretch(0)
        self._no_answer = _wrapping("muted")
        answer = column(self._no_answer, spacing=4, margins=(0, 8, 0, 0))
        answer.addWidget(self.answer_body, 1)
        change = column(self._change_words, self.difference, None, spacing=8, margins=(0, 10, 6, 4))
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Change"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(plain(change))
        self.tabs.addTab(plain(request), self.tr("Request"))
        self.tabs.addTab(plain(answer), self.tr("Answer"))
        self.tabs.addTab(scroll, self.tr("Change"))

    def _lay_out(self) -> None:
        head = row(self._method, self._status, self._moment, None, self.keep_button, self.close_button, spacing=6)
        words = column(self._sentence, self._target, self._facts, spacing=4)
        buttons = row(self.curl_button, self.replay_button, self.resource_button, None, spacing=6)
        note = label(
            self.tr("Tokens and passwords were cut out before any of this was written to the disk."), "small", wrap=True
        )
        self.tabs.setMinimumHeight(230)
        inner = column(words, self._why, buttons, spacing=12, margins=(16, 0, 10, 0))
        inner.addWidget(self.tabs, 1)
        foot = row(picture("shield-check", "ok", 16), spacing=8)
        foot.addWidget(note, 1)
        inner.addLayout(foot)
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Request"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(plain(inner))
        head.setContentsMargins(16, 0, 10, 0)
        outer = column(head, spacing=10, margins=(0, 12, 0, 12))
        outer.addWidget(scroll, 1)
        self.setLayout(outer)

    def show_request(self, record: ActivityRecord, token: Token | None, changed: Changed | None, *, kept: bool) -> None:
        """Show a request in full."""
        self.record = record
        self._method.show_state(record.method, request_words.method_tone(record.method))
        self._status.show_state(str(record.status), request_words.status_tone(record.status))
        self._moment.setText(when.exact(record.at))
        self._sentence.setText(rows.words(record))
        self.setAccessibleDescription(rows.words(record))
        self._target.setText(rows.readable(f"{record.path}?{record.query}" if record.query else record.path))
        self._facts.setText(self._facts_of(record, token))
        explanation = explain(record, token)
        self._why.show_explanation(explanation)
        self.headers.setPlainText("\n".join(f"{name}: {value}" for name, value in record.headers))
        self._show_body(self.request_body, self._no_body, record.request_body, self.tr("No body was sent."))
        self._show_body(self.answer_body, self._no_answer, record.response_body, self.tr("The answer has no body."))
        self._fit_headers()
        self.show_kept(kept=kept)
        self._show_resource_button(record)
        self._show_change(changed)
        self.show()

    def _facts_of(self, record: ActivityRecord, token: Token | None) -> str:
        labels = {} if token is None else {token.id: token.label}
        feature = ""
        if record.feature in set(Feature):
            feature = Feature(record.feature).label
        facts = (
            request_words.token_name(record.token_id, record.refusal, labels),
            when.took(record.duration),
            record.address,
            record.agent,
            feature,
            self.tr("request {id}").format(id=record.request_id),
        )
        return " · ".join(fact for fact in facts if fact and fact != "—")

    @staticmethod
    def _show_body(view: JsonView, words: QLabel, body: str | None, nothing: str) -> None:
        view.setVisible(bool(body))
        words.setVisible(not body)
        words.setText(nothing)
        view.show_text(body)

    def _fit_headers(self) -> None:
        lines = min(max(self.headers.blockCount(), 1), 7)
        self.headers.setFixedHeight(lines * self.headers.fontMetrics().lineSpacing() + 24)

    def _show_resource_button(self, record: ActivityRecord) -> None:
        is_group = "/groups" in record.path.lower()
        self.resource_button.setVisible(record.resource_id is not None and record.method != "DELETE")
        self.resource_button.setText(self.tr("Open group") if is_group else self.tr("Open person"))
        self.resource_button.setAccessibleName(self.resource_button.text())

    def show_kept(self, *, kept: bool) -> None:
        """Show whether the request is kept."""
        self._is_kept = kept
        name = self.tr("Kept: let it go") if kept else self.tr("Keep this request")
        self.keep_button.setAccessibleName(name)
        self.keep_button.setToolTip(name if kept else self.tr("Keep this request when the log passes over it"))
        look = ("push-pin-fill", "accentText") if kept else ("push-pin", "muted")
        theme.current().bind_icon(self.keep_button, *look)

    def _show_change(self, changed: Changed | None) -> None:
        self.tabs.setTabEnabled(CHANGE_TAB, changed is not None)
        self.tabs.setTabToolTip(CHANGE_TAB, "" if changed is not None else self.tr("This request changed nothing."))
        if changed is not None:
            self._change_words.setText(request_words.capital(changed.change.summary))
            self.difference.show_differences(changed.differences)

    def close_panel(self) -> None:
        """Hide the panel and say so."""
        self.record = None
        self.hide()
        self.closed.emit()

    def _ask_curl(self) -> None:
        self.curl_wanted.emit(self.record)

    def _ask_replay(self) -> None:
        self.replay_wanted.emit(self.record)

    def _ask_keep(self) -> None:
        self.keep_toggled.emit(self.record, not self._is_kept)

    def _ask_resource(self) -> None:
        record = self.record
        if record is not None and record.resource_id is not None:
            page = "groups" if "/groups" in record.path.lower() else "people"
            self.resource_wanted.emit(page, record.resource_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)


class _Why(QFrame):
    """Why it failed, what Okta makes of it, what to do, what was left out; hidden where there is none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._lines = column(spacing=8, margins=(14, 12, 14, 12))
        self.setLayout(self._lines)

    def show_explanation(self, explanation: Explanation) -> None:
        clear(self._lines)
        left_out = ", ".join(explanation.ignored)
        parts = (
            (self.tr("Why"), explanation.why),
            (self.tr("The answer said"), explanation.told),
            (self.tr("What Okta shows its admin"), explanation.okta),
            (self.tr("What to do"), explanation.remedy),
            (self.tr("Left out, because Perch does not know it"), left_out),
        )
        spoken = []
        for title, text in parts:
            if text:
                words = label(text, wrap=True, selectable=True)
                words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
                self._lines.addWidget(plain(column(label(title, "strong"), words, spacing=1)))
                spoken.append(f"{title}: {text}")
        tone = "info" if explanation.tone == "ok" else explanation.tone
        set_property(self, "tone", tone)
        self.setAccessibleName(" ".join(spoken))
        self.setVisible(bool(spoken))


def _wrapping(kind: str) -> QLabel:
    made = label("", kind, wrap=True, selectable=True)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made
