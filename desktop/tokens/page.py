"""The page of tokens: what there is, how each one is doing, and every step of its life."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QModelIndex, QPoint, QTimer
from PySide6.QtWidgets import QCheckBox, QMenu, QStackedWidget

from desktop import background, messages
from desktop.page import Action, Hit, Page
from desktop.tokens import expiry_warnings, snapshot, token_table, words
from desktop.tokens.details import Details
from desktop.tokens.snapshot import Snapshot
from desktop.tokens.steps import Steps
from desktop.tokens.strip import Strip
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, button, plain, row
from desktop.widgets.clipboard_note import ClipboardNote
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.page_header import PageHeader
from desktop.widgets.table_model import ListModel
from desktop.widgets.waiting import Waiting
from server.records import TokenStatus
from server.workspace import token_life

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.desk import Desk
    from server.records import Token

SOON: Final = 120
"""Milliseconds after a change before it is read: several in a row are read once."""
AGEING: Final = 15_000
"""Milliseconds after which "just now" may have become "1 min ago"."""
FOUND: Final = 8


class TokensPage(Page):
    """Shows a `Snapshot`; every wish goes to the workspace in the background and comes back as another one."""

    name: ClassVar[str] = "tokens"
    title: ClassVar[str] = "Tokens"
    icon: ClassVar[str] = "key"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._snapshot = Snapshot()
        self._looked_at: str | None = None
        self._sorted_by: tuple[str, bool] = ("", False)
        self._is_shown = self._is_filling = self._is_faulty = False
        self._reading: background.Task | None = None
        self._is_stale = False
        self._dismissed: set[str] = set()
        self._warned_of = ""
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.refresh)
        self._ageing = QTimer(self, interval=AGEING)
        self._ageing.timeout.connect(self._probe)
        self.notice, self.expiring = Banner(), Banner()
        self.waiting = Waiting()
        self.steps = Steps(desk, self, self.notice, self.waiting)
        self._build()
        self.steps.made.connect(self.reveal)
        self.steps.changed.connect(self.refresh)
        self.steps.keyring_used.connect(self._probe)
        self.steps.told.connect(self.told)
        desk.live.directory_changed.connect(self._note_change)
        desk.endpoint.changed.connect(self._note_change)

    # -- what it is made of --------------------------------------------------------------------------

    def _build(self) -> None:
        self.generate_button = button(
            self.tr("Generate token"), self.steps.generate, icon="plus", kind="primary", tip=self.tr("Ctrl+N")
        )
        self.body.addWidget(
            PageHeader(
                self.tr("Tokens"),
                self.tr("Bearer tokens that let Okta provision people here. Secrets live in your OS keyring."),
                self.generate_button,
            )
        )
        self.expiring.closed.connect(self._put_warning_away)
        self.strip = Strip(self.desk.clipboard)
        for piece in (self.notice, self.expiring, self.waiting, self.strip):
            self.body.addWidget(piece)
        self.stack = QStackedWidget()
        self.stack.addWidget(plain(row()))
        self.stack.addWidget(self._empty())
        self.stack.addWidget(self._list())
        self.body.addWidget(self.stack, 1)
        self.details = Details()
        self.details.copy_asked.connect(lambda: self._with_current(self.steps.copy))
        self.details.rotate_asked.connect(lambda: self._with_current(self.steps.rotate))
        self.details.revoke_asked.connect(lambda: self._with_current(self.steps.revoke))
        self.details.replace_asked.connect(lambda: self._with_current(self.steps.generate))
        self.details.closed.connect(self._close_details)
        self.body.addWidget(self.details)

    def _empty(self) -> EmptyState:
        return EmptyState(
            "key",
            self.tr("No token yet"),
            self.tr(
                "Okta shows a bearer token with each request, and Perch lets in who has one. Generate it here, "
                "paste it into Okta once, and revoke it whenever you like."
            ),
            self.tr("Generate token"),
            self.steps.generate,
            action_icon="plus",
        )

    def _list(self) -> Card:
        self.model: ListModel[Token] = ListModel(
            token_table.columns(), lambda token: token_table.cells(self._snapshot, token)
        )
        self.table = DataTable(self.model, self.tr("Tokens"), tall=True)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._choose)
        self.table.clicked.connect(self._click)
        self.table.menu_requested.connect(self.show_menu)
        self.table.sorted_by.connect(self._sort)
        self.ended_box = QCheckBox()
        self.ended_box.setChecked(True)
        self.ended_box.toggled.connect(self._fill)
        self.clipboard_note = ClipboardNote(self.desk.clipboard)
        foot = row(self.ended_box, None, self.clipboard_note, margins=(14, 8, 14, 10))
        card = Card(margins=(1, 1, 1, 1), spacing=0)
        card.body.addWidget(self.table, 1)
        card.body.addLayout(foot)
        return card

    # -- what the window asks ------------------------------------------------------------------------

    def shown(self) -> None:
        """Read everything anew, the keyring's state too."""
        self._is_shown = True
        self._ageing.start()
        self._probe()

    def hidden(self) -> None:
        """Rest."""
        self._is_shown = False
        self._ageing.stop()
        self._soon.stop()

    def reveal(self, target: object) -> None:
        """Show a token by its id, or ("generate") make one."""
        if target == "generate":
            self.steps.generate()
        elif isinstance(target, str):
            self._looked_at = target
            self.refresh()

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        return (
            Action(self.tr("Generate token"), self.steps.generate, "plus", "Ctrl+N"),
            Action(self.tr("Show or hide ended tokens"), self.ended_box.toggle, "eye"),
        )

    def search(self, text: str) -> list[Hit]:
        """Find tokens by name, id or last four; on a background thread."""
        wanted, now = text.strip().casefold(), self.desk.workspace.custody.now()
        if not wanted:
            return []
        found = [
            token
            for token in Snapshot(now, self.desk.workspace.tokens.tokens()).ordered()
            if wanted in token.label.casefold() or token.id.startswith(wanted) or token.last_four.casefold() == wanted
        ]
        return [
            Hit(token.label, f"{words.masked(token)} · {words.state(token, now)[0]}", self.icon, self.name, token.id)
            for token in found[:FOUND]
        ]

    # -- reading and showing -------------------------------------------------------------------------

    def _note_change(self, _: object = None) -> None:
        if self._is_shown and not self._soon.isActive():
            self._soon.start()

    def _probe(self) -> None:
        self.refresh(with_keyring=True)

    def refresh(self, *, with_keyring: bool = False) -> None:
        """Read in the background and show it; what changes meanwhile is read afterwards."""
        if self._reading is not None:
            self._is_stale = True
            return
        workspace, looked_at = self.desk.workspace, self._looked_at
        self._reading = background.run(
            self, lambda: snapshot.read(workspace, looked_at, with_keyring=with_keyring), self._show, self._fail
        )
        self._reading.ended.connect(self._read)

    def _read(self) -> None:
        self._reading = None
        if self._is_stale:
            self._is_stale = False
            self.refresh()

    def _fail(self, error: Exception) -> None:
        self._is_faulty = True
        self.notice.say(str(messages.worded(error)), "err", self.tr("Try again"), self.refresh)

    def _show(self, taken: Snapshot) -> None:
        if self._is_faulty:
            self._is_faulty = False
            self.notice.hide()
        self._snapshot = taken
        self.strip.show_snapshot(taken)
        self.steps.snapshot = taken
        self._fill()
        self._warn()

    def _fill(self) -> None:
        taken = self._snapshot
        looked_at = taken.find(self._looked_at)
        if looked_at is not None and words.has_ended(looked_at, taken.now) and not self.ended_box.isChecked():
            self._looked_at = None
        key, descending = self._sorted_by
        rows = taken.ordered(key, descending=descending, with_ended=self.ended_box.isChecked())
        self._is_filling = True
        place = self.table.verticalScrollBar().value()
        self.model.set_rows(rows)
        self._select(rows)
        self.table.verticalScrollBar().setValue(place)
        self._is_filling = False
        self.ended_box.setText(self.tr("Show ended tokens ({count})").format(count=taken.ended))
        self.ended_box.setAccessibleName(self.ended_box.text())
        self.ended_box.setVisible(bool(taken.ended))
        self.stack.setCurrentIndex(2 if taken.tokens else 1)
        self._show_details()

    def _select(self, rows: list[Token]) -> None:
        number = next((number for number, token in enumerate(rows) if token.id == self._looked_at), None)
        if number is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        elif number != self.table.currentIndex().row():
            self.table.selectRow(number)

    def _show_details(self) -> None:
        token = self._snapshot.find(self._looked_at)
        if token is None:
            self.details.hide()
        else:
            self.details.show_token(token, self._snapshot)

    def _warn(self) -> None:
        listed = [token for token in self._snapshot.expiring if token.id not in self._dismissed]
        if not listed:
            self._warned_of = ""
            self.expiring.hide()
            return
        first, others = listed[0], len(listed) - 1
        text = expiry_warnings.sentence(first, self._snapshot.now)
        if others:
            text = self.tr("{text} {others} more expire soon.").format(text=text, others=others)
        if text + first.id == self._warned_of:
            return
        self._warned_of = text + first.id
        tone = words.state(first, self._snapshot.now)[1]
        self.expiring.say(text, tone, self.tr("Rotate…"), lambda: self.steps.rotate(first), closable=True)

    def _put_warning_away(self) -> None:
        self._dismissed |= {token.id for token in self._snapshot.expiring}

    # -- choosing ------------------------------------------------------------------------------------

    def _choose(self, token: Token | None) -> None:
        if self._is_filling or token is None:
            return
        is_another = token.id != self._looked_at
        self._looked_at = token.id
        self._show_details()
        if is_another:
            self.refresh()

    def _close_details(self) -> None:
        self._looked_at = None
        self._fill()
        self.table.setFocus()

    def _with_current(self, wish: Callable[[Token], None]) -> None:
        token = self._snapshot.find(self._looked_at)
        if token is not None:
            wish(token)

    def _sort(self, key: str, descending: bool) -> None:
        self._sorted_by = (key, descending)
        self._fill()

    def _click(self, index: QModelIndex) -> None:
        if index.column() == token_table.MENU_COLUMN:
            spot = self.table.visualRect(index).bottomLeft()
            self.show_menu(self.model.row_at(index.row()), self.table.viewport().mapToGlobal(spot))

    def show_menu(self, token: Token | None, at: QPoint) -> None:
        """Show what can be done with a token."""
        if token is None:
            return
        self._choose(token)
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Actions for {name}").format(name=token.label))
        status = token_life.status(token, self._snapshot.now)
        ended = words.has_ended(token, self._snapshot.now)
        steps, can_rotate = self.steps, status is not TokenStatus.REVOKED and token.replaced_by is None
        entries: list[tuple[str, str, Callable[[Token], None], bool]] = [
            (self.tr("Copy token"), "copy", steps.copy, not ended),
            (self.tr("Rotate…"), "arrows-clockwise", steps.rotate, can_rotate),
            (self.tr("Revoke…"), "prohibit", steps.revoke, not ended),
            (self.tr("Generate a replacement…"), "plus", steps.generate, ended),
        ]
        for text, icon, wish, is_possible in entries:
            if is_possible:
                action = menu.addAction(text)
                action.triggered.connect(partial(_grant, wish, token))
                self.desk.theme.bind_icon(action, icon)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


def _grant(wish: Callable[[Token], None], token: Token, _checked: bool = False) -> None:
    wish(token)
