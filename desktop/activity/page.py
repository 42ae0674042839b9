"""The request inspector: every request as it comes, what it meant, why it failed, and what can be done with it.

Read first; then `feed.py` (how rows come), `request_list.py` (the table) and `detail.py` (one request in full).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop import background
from desktop.activity import rows
from desktop.activity.change import Changed, change_of
from desktop.activity.detail import RequestPanel
from desktop.activity.filter_bar import FilterBar
from desktop.activity.handling import Handling
from desktop.activity.request_list import RequestList
from desktop.activity.subject_dialog import SubjectDialog
from desktop.activity.wanted import Wanted, from_target
from desktop.messages import worded
from desktop.page import Action, Hit, Page
from desktop.preferences import Preferences
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Pill, button
from desktop.widgets.detail_panel import Beside
from desktop.widgets.page_header import PageHeader
from desktop.widgets.when import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop.activity.replay import Replayed
    from desktop.activity.rows import Row
    from desktop.activity.subject_dialog import Subject
    from desktop.desk import Desk
    from server.records import ActivityRecord, Token

HITS: Final = 6


class ActivityPage(Page):
    """Every request to the endpoint."""

    name: ClassVar[str] = "activity"
    title: ClassVar[str] = "Activity"
    icon: ClassVar[str] = "activity"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._tokens: Mapping[str, Token] = {}
        self._is_shown = False
        self._opening: background.Task | None = None
        self.handling = Handling(desk, self)
        self.filters = FilterBar()
        self.banner = Banner()
        self.live_pill = Pill()
        self.pause_button = button(self.tr("Pause"), self.toggle_pause, icon="pause")
        self.export_button = button(self.tr("Export…"), self.export, icon="export")
        self.requests = RequestList(desk.workspace)
        self.feed = self.requests.feed
        self.panel = RequestPanel()
        config = desk.workspace.config
        subtitle = self.tr("Every request to this endpoint, as it happens; the newest {number} of {days} days.").format(
            number=f"{config.activity_keep:,}", days=config.activity_days
        )
        header = PageHeader(self.tr("Activity"), subtitle, self.live_pill, self.pause_button, self.export_button)
        for piece in (header, self.banner, self.filters):
            self.body.addWidget(piece)
        self.body.addWidget(Beside(self.requests, self.panel, "activity", Preferences(desk.workspace.folder).store), 1)
        self._connect()
        self._show_state()

    def _connect(self) -> None:
        desk, panel, requests = self.desk, self.panel, self.requests
        desk.live.activity_changed.connect(self._look)
        desk.live.directory_changed.connect(self._read_tokens)
        desk.endpoint.changed.connect(self._show_state)
        self.feed.loaded.connect(self._show_state)
        self.feed.grew.connect(self._show_state)
        self.feed.failed.connect(self._fail)
        requests.opened.connect(self._open_row)
        requests.menu_requested.connect(self._show_menu)
        requests.connect_wanted.connect(lambda: self.navigated.emit("connect", None))
        requests.clear_wanted.connect(self.clear_filters)
        self.filters.changed.connect(self._filter)
        self.filters.subject_wanted.connect(self._pick_subject)
        self.filters.kept_toggled.connect(lambda _: self._reload())
        panel.closed.connect(self._close_request)
        panel.closed.connect(self.actions_changed)
        panel.curl_wanted.connect(self.handling.copy_curl)
        panel.replay_wanted.connect(self.replay)
        panel.keep_toggled.connect(self.handling.keep)
        panel.resource_wanted.connect(self.navigated)
        self.handling.told.connect(self.told)
        self.handling.failed.connect(self._fail)
        self.handling.kept_changed.connect(self._show_kept)
        self.handling.replayed.connect(self._show_replayed)

    # -- what the window asks for ---------------------------------------------------------------------

    def shown(self) -> None:
        """Follow the log from now on."""
        self._is_shown = True
        self._read_tokens()
        self.handling.read_kept()
        if self.feed.is_loaded:
            self._look()
        else:
            self._reload()

    def hidden(self) -> None:
        """Let the log be."""
        self._is_shown = False

    def reveal(self, target: object) -> None:
        """Show one request (by its number or id), or those that a mapping of filters asks for."""
        if isinstance(target, Mapping):
            self.filters.show_kept(kept=False)
            self.show_filters(from_target(target))
        elif isinstance(target, int):
            self._reveal(target)
        elif isinstance(target, str):
            recent = self.desk.workspace.activity.recent
            background.run(
                self,
                lambda: [one for one in recent(5, text=target) if one.request_id == target],
                lambda found: self._reveal(found[0].seq) if found else self._say_gone(),
                self._fail,
            )

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        paused = self.requests.is_paused
        offered = [
            Action(self.tr("Search requests"), self.filters.search_field.setFocus, "magnifying-glass", "Ctrl+F"),
            Action(
                self.tr("Resume the list of requests") if paused else self.tr("Pause the list of requests"),
                self.toggle_pause,
                "play" if paused else "pause",
                "Ctrl+P",
            ),
            Action(self.tr("Show failed requests only"), self._show_errors, "warning-circle", "Ctrl+Shift+E"),
            Action(self.tr("Clear the filters of requests"), self.clear_filters, "funnel"),
            Action(self.tr("Export requests…"), self.export, "export", "Ctrl+E"),
        ]
        record = self.panel.record
        if record is not None:
            offered += [
                Action(
                    self.tr("Copy this request as curl"),
                    lambda: self.handling.copy_curl(record),
                    "copy",
                    "Ctrl+U",
                ),
                Action(self.tr("Replay this request…"), lambda: self.replay(record), "repeat", "Ctrl+R"),
            ]
        return offered

    def search(self, text: str) -> list[Hit]:
        """Find requests by path, meaning, body or id."""
        found = self.desk.workspace.activity.recent(HITS, text=text)
        return [
            Hit(rows.words(one), f"{one.method} {one.status} · {clock(one.at)}", self.icon, self.name, one.seq)
            for one in found
        ]

    # -- the list -------------------------------------------------------------------------------------

    @property
    def is_kept_shown(self) -> bool:
        """Whether only kept requests are listed."""
        return self.filters.kept_button.isChecked()

    def _look(self) -> None:
        if self._is_shown and not self.is_kept_shown:
            self.requests.look()

    def toggle_pause(self) -> None:
        """Keep the list as it is, or go on."""
        self.requests.pause(paused=not self.requests.is_paused)
        self._show_state()
        self._look()
        self.actions_changed.emit()

    def show_filters(self, wanted: Wanted) -> None:
        """Show other requests."""
        self.filters.show_wanted(wanted)
        self._filter(wanted)

    def clear_filters(self) -> None:
        """Show every request."""
        self.filters.show_kept(kept=False)
        self.show_filters(Wanted())

    def export(self) -> None:
        """Write what is listed into a file."""
        self.handling.export(self.filters.wanted, self.feed.labels, kept=self.is_kept_shown)

    def _show_errors(self) -> None:
        self.show_filters(Wanted(errors_only=True))

    def _filter(self, wanted: Wanted) -> None:
        self.feed.wanted = wanted
        self._reload()

    def _reload(self) -> None:
        if self.is_kept_shown:
            self.requests.show_kept()
            self.handling.read_kept()
        else:
            self.feed.load()

    def _show_kept(self) -> None:
        record = self.panel.record
        if record is not None:
            self.panel.show_kept(kept=self.handling.kept_one(record.request_id) is not None)
        if self.is_kept_shown:
            self.feed.show_kept(self.handling.kept)

    def _pick_subject(self) -> None:
        dialog = SubjectDialog(self, self.desk.workspace)
        dialog.picked.connect(self._filter_subject)
        dialog.open()

    def _filter_subject(self, subject: Subject) -> None:
        self.show_filters(Wanted(resource_id=subject.id, resource_label=subject.name))

    def _show_state(self) -> None:
        """Say whether the list is live, and show it or what stands in its place."""
        paused = self.requests.is_paused
        if paused:
            self.live_pill.show_state(self.tr("Paused"), "neutral")
        elif self.desk.endpoint.status.is_serving:
            self.live_pill.show_state(self.tr("● Live"), "ok")
        else:
            self.live_pill.show_state(self.tr("Endpoint not running"), "warn")
        self.pause_button.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause_button.setAccessibleName(self.pause_button.text())
        self.desk.theme.bind_icon(self.pause_button, "play" if paused else "pause")
        self.export_button.setEnabled(bool(self.feed.model.rows))
        self.requests.show_for(kept=self.is_kept_shown, filtered=not self.filters.wanted.is_everything)

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err", self.tr("Try again"), self._try_again)

    def _try_again(self) -> None:
        self.banner.hide()
        self._read_tokens()
        self._reload()

    def _read_tokens(self) -> None:
        if self._is_shown:
            background.run(self, self.desk.workspace.tokens.tokens, self._take_tokens, self._fail)

    def _take_tokens(self, tokens: Sequence[Token]) -> None:
        self._tokens = {token.id: token for token in tokens}
        labels = {token.id: token.label for token in tokens}
        # Each write to the directory comes by here; painting the table anew is dear, and seldom needed.
        if labels == self.feed.labels:
            return
        self.feed.labels = labels
        self.filters.show_tokens(tokens)
        self.requests.table.viewport().update()

    # -- one request ----------------------------------------------------------------------------------

    def replay(self, record: ActivityRecord) -> None:
        """Ask with which token a request is sent again."""
        self.handling.replay(record, list(self._tokens.values()))

    def _show_replayed(self, found: Replayed) -> None:
        if found.seq is not None:
            self._reveal(found.seq)

    def _open_row(self, row: Row) -> None:
        self._open(row.seq, row.request_id)

    def _open(self, seq: int, request_id: str = "") -> None:
        shown = self.panel.record
        if shown is not None and shown.seq == seq and request_id in {"", shown.request_id}:
            return
        workspace = self.desk.workspace
        kept = self.handling.kept_one(request_id) if self.is_kept_shown else None
        if self._opening is not None:
            self._opening.cancel()

        def work() -> tuple[ActivityRecord | None, Changed | None]:
            record = workspace.activity.get(seq) if kept is None else kept
            return record, None if record is None else change_of(workspace, record)

        self._opening = background.run(self, work, self._show_request, self._fail)

    def _show_request(self, found: tuple[ActivityRecord | None, Changed | None]) -> None:
        self._opening = None
        record, changed = found
        if record is None:
            self._say_gone()
            return
        is_kept = self.handling.kept_one(record.request_id) is not None
        self.panel.show_request(record, self._tokens.get(record.token_id or ""), changed, kept=is_kept)
        self.requests.choose(record.seq)
        self.actions_changed.emit()

    def _say_gone(self) -> None:
        self.told.emit(self.tr("The log has passed over this request: it is no longer there."), None)

    def _close_request(self) -> None:
        self.requests.choose(None)
        self.requests.table.setFocus()

    def _reveal(self, seq: int) -> None:
        self.requests.chosen = seq
        if self.is_kept_shown or self.feed.place_of(seq) is None:
            self.filters.show_kept(kept=False)
            self.filters.show_wanted(Wanted())
            self.feed.show(Wanted(), through=seq)
        else:
            self.requests.choose(seq)
        self._open(seq)

    def _show_menu(self, row: Row, spot: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, wanted in self._filters_like(row):
            menu.addAction(text.replace("&", "&&")).triggered.connect(
                lambda *_, wanted=wanted: self.show_filters(wanted)
            )
        menu.popup(spot)

    def _filters_like(self, row: Row) -> Iterable[tuple[str, Wanted]]:
        if row.resource_id is not None:
            kind = self.tr("group") if "/groups" in row.path.lower() else self.tr("person")
            words = self.tr("Only requests about this {kind}").format(kind=kind)
            yield words, Wanted(resource_id=row.resource_id, resource_label=self.tr("this {kind}").format(kind=kind))
        token = self._tokens.get(row.token_id or "")
        if token is not None:
            words = self.tr("Only requests with the token {name}").format(name=token.label)
            yield words, Wanted(token_id=token.id, token_label=token.label)
        if row.feature:
            yield self.tr("Only requests of this kind"), Wanted(feature=row.feature)
        yield self.tr("Only failed requests"), Wanted(errors_only=True)
