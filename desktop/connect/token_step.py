"""The first step: which token Okta is given, of those there are, or a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from desktop.connect.secret_copy import SecretCopy, masked
from desktop.connect.step_card import StepCard
from desktop.widgets import when
from desktop.widgets.basics import button, label, plain, row
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import By, whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.clipboard import Clipboard
    from desktop.widgets.seen import Request
    from server.records import Token
    from server.workspace import Workspace


class TokenStep(StepCard):
    """Chooses for the whole page; what the person chose stays chosen while it works."""

    chosen = Signal(object)
    """The Token that is chosen, or None."""
    generate_wanted = Signal()

    def __init__(self, number: int, workspace: Workspace, clipboard: Clipboard) -> None:
        super().__init__(
            number,
            self.tr("Generate a token"),
            self.tr("Okta shows a token with each request. Choose the one that this app gets."),
        )
        self._tokens: list[Token] = []
        self._known: set[str] | None = None
        self._last_by_okta: Request | None = None
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Token for Okta"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(20)
        self.box.currentIndexChanged.connect(self._choose)
        self.none = label(self.tr("There is no token with read and write access yet."), "muted", wrap=True)
        self.generate_button = button(self.tr("Generate token"), self.generate_wanted.emit, icon="plus")
        line = row(spacing=8)
        line.addWidget(self.box, 1)
        line.addWidget(self.none, 1)
        line.addWidget(self.generate_button)
        self.copy = SecretCopy(workspace, clipboard, self.tr("Token"))
        self.inside.addWidget(plain(line))
        self.inside.addWidget(self.copy)
        self.show_tokens(())

    @property
    def token(self) -> Token | None:
        """What is chosen."""
        number = self.box.currentIndex()
        return self._tokens[number] if 0 <= number < len(self._tokens) else None

    def show_tokens(self, tokens: Sequence[Token], last_by_okta: Request | None = None) -> None:
        """Offer these, the best choice first; one that is new is what somebody just made for this."""
        self._last_by_okta = last_by_okta
        before = self.token
        wanted = None if before is None else before.id
        if self._known is not None:
            wanted = next((token.id for token in tokens if token.id not in self._known), wanted)
        if tokens or self._tokens:
            self._known = (self._known or set()) | {token.id for token in tokens}
        self._tokens = list(tokens)
        texts = [self._text(token) for token in tokens]
        self.box.blockSignals(True)  # noqa: FBT003 -- Qt's own signature
        if texts != [self.box.itemText(number) for number in range(self.box.count())]:
            self.box.clear()
            self.box.addItems(texts)
        numbers = [number for number, token in enumerate(tokens) if token.id == wanted]
        self.box.setCurrentIndex(numbers[0] if numbers else min(0, len(tokens) - 1))
        self.box.blockSignals(False)  # noqa: FBT003 -- Qt's own signature
        self.box.setVisible(bool(tokens))
        self.none.setVisible(not tokens)
        self.copy.setVisible(bool(tokens))
        self._choose()

    def choose(self, token_id: str) -> bool:
        """Choose a token; False where it is not among those that Okta could use."""
        for number, token in enumerate(self._tokens):
            if token.id == token_id:
                self.box.setCurrentIndex(number)
                return True
        return False

    def _text(self, token: Token) -> str:
        words = [token.label, masked(token)]
        if token.test:
            words.append(self.tr("test token"))
        if token.replaced_by is not None:
            words.append(self.tr("being replaced"))
        return " · ".join(words)

    def _choose(self) -> None:
        token = self.token
        self.copy.show_token(token)
        self._tell(token)
        self.chosen.emit(token)

    def _tell(self, token: Token | None) -> None:
        """Green once Okta has shown the token; a test, or another client, is said as that."""
        if token is None:
            self.say(Progress.OPEN)
            return
        last = self._last_by_okta
        if last is not None and last.token_id == token.id:
            words = self.tr("Used by Okta {when}.").format(when=when.ago(last.at))
            self.say(Progress.DONE, words, when.exact(last.at))
            return
        if token.last_used is None:
            self.say(Progress.OPEN, self.tr("Okta has not used this token yet."))
            return
        by, client = whose(token.last_agent or "", token)
        words = self.tr("Used by {client} {when}, from {place}.").format(
            client=client or self.tr("another client"),
            when=when.ago(token.last_used),
            place=token.last_address or "—",
        )
        progress = Progress.DONE if by is By.OKTA else Progress.TRIED
        self.say(progress, words, when.exact(token.last_used))
