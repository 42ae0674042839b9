"""Okta's form step by step, in its own words; each step and each feature turns green when Okta's own request arrives.

Read first; then `forms.py` (Okta's words), `snapshot.py` (what is read) and the steps in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea

from desktop import messages
from desktop.connect.address_step import AddressStep
from desktop.connect.features_card import FeaturesCard
from desktop.connect.form_step import FormStep
from desktop.connect.forms import FORMS, AppKind, translated
from desktop.connect.rollout_steps import RolloutStep
from desktop.connect.snapshot import Snapshot, read
from desktop.connect.token_step import TokenStep
from desktop.connect.trial_step import TrialStep
from desktop.page import Action, Page
from desktop.preferences import Preferences
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, plain, row
from desktop.widgets.choice import Choice
from desktop.widgets.page_header import PageHeader
from desktop.widgets.refresher import Refresher
from desktop.widgets.seen import Sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.connect.step_card import StepCard
    from desktop.desk import Desk
    from server.records import Token

AGEING: Final = 15_000
"""Milliseconds after which "just now" may have become "1 min ago"."""
KIND: Final = "connect/kind"


class ConnectPage(Page):
    """Shows a `Snapshot`; the kind of app and the token are chosen here for all steps."""

    name: ClassVar[str] = "connect"
    title: ClassVar[str] = "Connect Okta"
    icon: ClassVar[str] = "ri.plug-2-line"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.snapshot = Snapshot()
        self._store = Preferences(desk.workspace.folder).store
        sightings = Sightings(desk.workspace)
        self.refresher = Refresher(self, lambda: read(desk.workspace, sightings), self._show, self._fail, every=AGEING)
        self.banner = Banner()
        self.kinds = Choice(
            self.tr("Kind of app in Okta"), [(kind.value, translated(form.title)) for kind, form in FORMS.items()]
        )
        self.token_step = TokenStep(1, desk.workspace, desk.clipboard)
        self.address_step = AddressStep(2, desk)
        self.form_step = FormStep(3, desk.workspace, desk.clipboard)
        self.trial_step = TrialStep(4, desk.workspace)
        self.on_step = RolloutStep(
            5,
            self.tr("Switch provisioning on"),
            self.tr("Green when Okta has pushed, updated, deactivated and reactivated somebody."),
            slice(0, 2),
            ("push_users", "push_profiles", "deactivate", "reactivate"),
        )
        self.groups_step = RolloutStep(
            6,
            self.tr("Import and push groups"),
            self.tr("Green when Okta has imported people and groups, and pushed a group."),
            slice(2, None),
            ("import_users", "import_groups", "push_groups"),
        )
        self.features = FeaturesCard()
        self._build()
        self._connect()
        self.kinds.choose(self._kind_kept())
        self._show(self.snapshot)

    @property
    def steps(self) -> dict[str, StepCard]:
        """The steps, by the names that `reveal` takes."""
        return {
            "token": self.token_step,
            "address": self.address_step,
            "form": self.form_step,
            "test": self.trial_step,
            "provisioning": self.on_step,
            "groups": self.groups_step,
        }

    @property
    def kind(self) -> AppKind:
        """The kind of app that the words are for."""
        return AppKind(self.kinds.value)

    def _build(self) -> None:
        words = self.tr("Okta's own form, step by step. Each step turns green when Okta's own request arrives.")
        self.body.addWidget(PageHeader(self.tr("Connect Okta"), words))
        self.body.addWidget(self.banner)
        self.body.addWidget(self.kinds)
        inside = plain(column(*self.steps.values(), None, spacing=12, margins=(0, 0, 8, 0)))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAccessibleName(self.tr("Steps"))
        self.area.setWidget(inside)
        beside = row(spacing=8)
        beside.addWidget(self.area, 1)
        right = column(self.features, spacing=0)
        right.addStretch(0)
        beside.addLayout(right)
        self.body.addLayout(beside, 1)

    def _connect(self) -> None:
        desk = self.desk
        desk.live.activity_changed.connect(self.refresher.ask)
        desk.live.directory_changed.connect(self.refresher.ask)
        desk.endpoint.changed.connect(self._endpoint_changed)
        self.kinds.chosen.connect(self._choose_kind)
        self.token_step.chosen.connect(self._choose_token)
        for asks in (self.token_step, self.trial_step):
            asks.generate_wanted.connect(self.generate)
        for offers in (self.token_step.copy, self.form_step):
            offers.copied.connect(self._tell_copied)
            offers.tokens_wanted.connect(lambda token_id: self.navigated.emit("tokens", token_id))
        self.address_step.agent_wanted.connect(self._choose_agent)
        self.address_step.settings_wanted.connect(lambda: self.navigated.emit("settings", "host"))
        self.address_step.saved.connect(self._address_saved)
        self.form_step.request_wanted.connect(lambda seq: self.navigated.emit("activity", seq))
        self.features.activity_wanted.connect(lambda: self.navigated.emit("activity", None))

    # -- what the window asks for ---------------------------------------------------------------------

    def _endpoint_changed(self, _: object) -> None:
        self.refresher.ask()

    def shown(self) -> None:
        """Follow what arrives from now on."""
        self.refresher.turn_on()

    def hidden(self) -> None:
        """Let it be."""
        self.refresher.turn_off()

    def reveal(self, target: object) -> None:
        """Show a step ("token", "address", "form", "test" …), a kind of app ("agent"), or a token by its id."""
        if not isinstance(target, str):
            return
        if target in self.steps:
            # What was just shown has its place only after that.
            QTimer.singleShot(0, self, lambda: self._scroll_to(self.steps[target]))
        elif target in {kind.value for kind in AppKind}:
            self.kinds.choose(target)
        else:
            self.token_step.choose(target)

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        return (
            Action(self.tr("Test connection"), self.test_connection, "broadcast", "Ctrl+T"),
            Action(self.tr("Generate token for Okta"), self.generate, "plus"),
            Action(self.tr("Copy the base URL for Okta"), self._copy_base_url, "link-simple"),
        )

    def test_connection(self) -> None:
        """Test from here, and show what comes of it."""
        self._scroll_to(self.trial_step)
        self.trial_step.test()

    def generate(self) -> None:
        """Ask for a token, where tokens are made."""
        self.navigated.emit("tokens", "generate")

    def _scroll_to(self, step: StepCard) -> None:
        self.area.verticalScrollBar().setValue(step.y())

    def _copy_base_url(self) -> None:
        url = self.url_for(self.kind)
        self.desk.clipboard.copy(url)
        self.told.emit(self.tr("Copied {url}").format(url=url), None)

    # -- choosing -------------------------------------------------------------------------------------

    def _kind_kept(self) -> str:
        kept = str(self._store.value(KIND, AppKind.CUSTOM.value))
        return kept if kept in {kind.value for kind in AppKind} else AppKind.CUSTOM.value

    def _choose_kind(self, kind: str) -> None:
        self._store.setValue(KIND, kind)
        self._show(self.snapshot)

    def _choose_agent(self) -> None:
        self.kinds.choose(AppKind.AGENT.value)
        self.kinds.buttons[AppKind.AGENT.value].setFocus()

    def _choose_token(self, token: Token | None) -> None:
        self.form_step.show_token(token)
        self.trial_step.show_token(token)

    def _tell_copied(self, token: str) -> None:
        self.told.emit(self.tr("Copied “{name}”. It leaves the clipboard in a minute.").format(name=token), None)

    def _address_saved(self, sentence: str, undo: object) -> None:
        self.told.emit(sentence, undo)
        self.refresher.ask()

    # -- showing --------------------------------------------------------------------------------------

    def url_for(self, kind: AppKind) -> str:
        """Give the base URL for Okta's form; the agent reaches Perch without a proxy, and wants a slash at the end."""
        status, taken = self.desk.endpoint.status, self.snapshot
        if kind is not AppKind.AGENT:
            return status.base_url or taken.base_url
        url = taken.agent_url(status.local_url)
        return f"{url}/" if url else ""

    def _show(self, taken: Snapshot) -> None:
        self.snapshot = taken
        kind = self.kind
        self.banner.hide()
        self.token_step.show_tokens(taken.tokens, taken.last_good)
        self.address_step.show_snapshot(taken, kind)
        self.form_step.show_kind(kind)
        self.form_step.show_urls({one: self.url_for(one) for one in AppKind})
        self.form_step.show_snapshot(taken)
        self.trial_step.show_kind(kind, self.url_for(kind))
        self.trial_step.show_snapshot(taken, kind)
        for step in (self.on_step, self.groups_step):
            step.show_kind(kind)
            step.show_snapshot(taken)
        self.features.show_snapshot(taken)

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(messages.worded(error)), "err", self.tr("Try again"), self.refresher.ask)
