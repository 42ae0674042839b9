"""The page that tells at one look how Perch is doing: endpoint, figures, Okta's features, what needs attention.

Read first; then `reading.py` (what is read, in the background) and the card that is of interest.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from desktop.messages import worded
from desktop.overview.attention_card import AttentionCard
from desktop.overview.endpoint_card import EndpointCard
from desktop.overview.features_card import FeaturesCard
from desktop.overview.figures import Figures
from desktop.overview.reading import Reader, Reading
from desktop.overview.recent import RecentCard
from desktop.overview.welcome import Welcome
from desktop.page import Action, Page
from desktop.server_process import State
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, plain, row
from desktop.widgets.page_header import PageHeader
from desktop.widgets.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk
    from desktop.server_process import Status

AGEING: Final = 15_000
"""Milliseconds after which "just now" may have become "1 min ago", and the picture of the hour has moved."""
GAP: Final = 14


class OverviewPage(Page):
    """Shows a `Reading`; what can be done about anything is done on another page."""

    name: ClassVar[str] = "overview"
    title: ClassVar[str] = "Overview"
    icon: ClassVar[str] = "squares-four"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_faulty = False
        self._build()
        self._connect()
        self.refresher = Refresher(self, Reader(desk.workspace).read, self._show, self._fail, every=AGEING)
        desk.live.directory_changed.connect(self.refresher.ask)
        desk.live.activity_changed.connect(self.refresher.ask)
        desk.endpoint.changed.connect(self._follow)
        self._follow(desk.endpoint.status)

    # -- what it is made of --------------------------------------------------------------------------

    def _build(self) -> None:
        self.notice = Banner()
        self.endpoint = EndpointCard(self.desk)
        self.figures = Figures()
        self.features, self.attention = FeaturesCard(), AttentionCard()
        self.recent, self.welcome = RecentCard(), Welcome()
        middle = row(spacing=GAP)
        middle.addWidget(self.features, 1)
        middle.addWidget(self.attention, 1)
        known = column(self.figures, middle, spacing=GAP)
        known.addWidget(self.recent, 1)
        self.stack = QStackedWidget()
        for layout in (row(), known, column(self.welcome)):
            self.stack.addWidget(plain(layout))
        inner = column(self.endpoint, spacing=GAP)
        inner.addWidget(self.stack, 1)
        self.body.addWidget(
            PageHeader(self.tr("Overview"), self.tr("How the endpoint, Okta and your directory are doing."))
        )
        self.body.addWidget(self.notice)
        self.body.addWidget(self._scrolled(plain(inner)), 1)

    def _scrolled(self, widget: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName(self.title)
        area.setWidget(widget)
        self.area = area
        return area

    def _connect(self) -> None:
        self.endpoint.settings_wanted.connect(lambda: self.navigated.emit("settings", "address"))
        self.figures.opened.connect(self.navigated)
        self.features.guide_wanted.connect(self._guide)
        self.attention.opened.connect(self.navigated)
        self.recent.opened.connect(lambda seq: self.navigated.emit("activity", seq))
        self.welcome.generate_wanted.connect(self._generate)
        self.welcome.guide_wanted.connect(self._guide)

    # -- what the window asks ------------------------------------------------------------------------

    def shown(self) -> None:
        """Read everything anew, and whatever changes from now on."""
        self.refresher.turn_on()

    def hidden(self) -> None:
        """Rest."""
        self.refresher.turn_off()

    def reveal(self, target: object) -> None:
        """Bring a card into view: "features", "attention" or "activity"."""
        cards: dict[object, QWidget] = {
            "features": self.features,
            "attention": self.attention,
            "activity": self.recent,
        }
        if target in cards:
            self.area.ensureWidgetVisible(cards[target])

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        actions = [
            Action(self.tr("Generate token"), self._generate, "plus", "Ctrl+N"),
            Action(self.tr("Copy base URL"), self._copy, "copy"),
        ]
        status = self.desk.endpoint.status
        if status.state is State.PAUSED:
            actions.append(Action(self.tr("Resume endpoint"), self.endpoint.toggle, "play"))
        elif status.state is State.SERVING:
            actions.append(Action(self.tr("Pause endpoint"), self.endpoint.toggle, "pause"))
        return actions

    # -- reading and showing -------------------------------------------------------------------------

    def _follow(self, status: Status) -> None:
        self.recent.show_status(status)
        self.refresher.ask()

    def _fail(self, error: Exception) -> None:
        self._is_faulty = True
        self.notice.say(str(worded(error)), "err", self.tr("Try again"), self.refresher.ask)

    def _show(self, reading: Reading) -> None:
        if self._is_faulty:
            self._is_faulty = False
            self.notice.hide()
        self.endpoint.refresh()
        self.endpoint.show_base_url(reading.base_url)
        self.figures.show_reading(reading)
        self.features.show_seen(reading.seen)
        self.attention.show_reading(reading)
        self.recent.show_records(reading.recent, reading.labels, datetime.now(UTC).isoformat())
        self.stack.setCurrentIndex(1 if reading.tokens else 2)

    # -- what can be done ----------------------------------------------------------------------------

    def _generate(self) -> None:
        self.navigated.emit("tokens", "generate")

    def _guide(self) -> None:
        self.navigated.emit("connect", None)

    def _copy(self) -> None:
        self.endpoint.base_url.copy()
        self.told.emit(self.tr("Copied {url}").format(url=self.endpoint.base_url.value), None)
