"""The fourth step: Okta's own test, and the same test played from here, with what came of it and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from desktop import background, messages
from desktop.connect.forms import FORMS, AppKind, translated
from desktop.connect.step_card import StepCard
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, label, line, plain, row
from desktop.widgets.checklist import Progress, progress_of, sentence_of
from desktop.widgets.field import Field
from desktop.widgets.waiting import Waiting
from server.workspace import Outcome

if TYPE_CHECKING:
    from desktop.connect.snapshot import Snapshot
    from server.okta.trial import Trial
    from server.records import Token
    from server.workspace import Kept, Workspace


class TrialStep(StepCard):
    """Tests with the chosen token out of the keyring, or with one that is pasted and not kept."""

    generate_wanted = Signal()

    def __init__(self, number: int, workspace: Workspace) -> None:
        super().__init__(number, self.tr("Test the connection"), self.tr("Green when Okta's own test has arrived."))
        self._workspace = workspace
        self._token: Token | None = None
        self._url = ""
        self._task: background.Task | None = None
        self._place = label("", "strong", wrap=True)
        self._answer = label("", "small", wrap=True)
        self._from_here = label("", "small", wrap=True)
        self.test_button = button(self.tr("Test connection from here"), self.test, icon="broadcast", kind="primary")
        self.pasted = QLineEdit()
        self.pasted.setEchoMode(QLineEdit.EchoMode.Password)
        self.pasted.setAccessibleName(self.tr("Token to test with"))
        self.pasted.setPlaceholderText(self.tr("Or paste a token: used once, not kept"))
        self.pasted.returnPressed.connect(self.test)
        self.field = Field("", self.pasted)
        self.pasted.textEdited.connect(lambda _: self.field.praise())
        self.waiting = Waiting()
        self.result = Banner()
        beside = row(spacing=10)
        beside.addWidget(self.test_button, 0, Qt.AlignmentFlag.AlignTop)
        beside.addWidget(self.field, 1)
        in_okta = plain(column(self._place, self._answer, spacing=4))
        for piece in (in_okta, line(), self._from_here, plain(beside), self.waiting, self.result):
            self.inside.addWidget(piece)
        self.inside.setSpacing(10)

    def show_kind(self, kind: AppKind, url: str) -> None:
        """Name the button of another kind of app's form, and test the address that it is given."""
        form = FORMS[kind]
        self._place.setText(self.tr("In Okta: {button}").format(button=translated(form.test_button)))
        self._answer.setText(translated(form.tested))
        if url != self._url:
            self._url = url
            self.result.hide()
        words = self.tr("The same request from this computer to {url}. It does not count as Okta's.")
        self._from_here.setText(words.format(url=url or "—"))

    def show_token(self, token: Token | None) -> None:
        """Test with another token."""
        self._token = token

    def show_snapshot(self, taken: Snapshot, kind: AppKind) -> None:
        """Turn green when Okta's test has arrived; the agent's first request does as well."""
        seen = next(one for one in taken.seen if one.check.name == "test")
        last = taken.last_good
        if kind is AppKind.AGENT and not seen.is_done and last is not None:
            words = self.tr("The agent came {when} with {token}.")
            self.say(
                Progress.DONE,
                words.format(when=when.ago(last.at), token=taken.label_of(last.token_id)),
                when.exact(last.at),
            )
        elif seen.by is None:
            self.say(Progress.OPEN)
        else:
            self.say(progress_of(seen), sentence_of(seen), when.exact(seen.last))

    # -- from here ------------------------------------------------------------------------------------

    def test(self) -> None:
        """Ask the endpoint what Okta's button asks."""
        if self._task is not None:
            return
        self.result.hide()
        pasted = self.pasted.text().strip()
        # What was pasted is used once: nothing of it stays in the window.
        self.pasted.clear()
        token, custody = self._token, self._workspace.custody
        if pasted:
            self._try(pasted)
        elif token is None:
            self.field.complain(self.tr("Generate a token in step 1, or paste one here."))
            self.pasted.setFocus()
        else:
            self._wait(
                background.run(self, lambda: custody.secret(token.id), self._fetched, self._fail),
                self.tr("Waiting for your keyring…"),
            )

    def _wait(self, task: background.Task, sentence: str) -> None:
        self._task = task
        self.test_button.setEnabled(False)
        task.ended.connect(lambda: self._end(task))
        self.waiting.wait_for(task, sentence)

    def _end(self, task: background.Task) -> None:
        # The answer of the keyring has begun the next one already.
        if self._task is task:
            self._task = None
            self.test_button.setEnabled(True)
            self.waiting.hide()

    def _fetched(self, kept: Kept) -> None:
        if kept.secret is not None:
            self._try(kept.secret)
            return
        again = kept.outcome in {Outcome.LOCKED, Outcome.DISMISSED, Outcome.TOO_SLOW}
        words = self.tr("{sentence} Or paste the token here.").format(
            sentence=messages.of_fetching(kept.outcome).sentence
        )
        self.result.say(words, "warn", self.tr("Try again") if again else "", self.test)
        self.pasted.setFocus()

    def _try(self, secret: str) -> None:
        url = self._url

        def work() -> Trial:
            from server.okta import trial  # noqa: PLC0415 -- an HTTP client, for this button only

            # What Okta's cloud cannot reach is for an agent on this network, which may have been told to trust us.
            is_for_agent = not trial.is_reachable_from_cloud(url).ok
            return trial.try_connection(url, secret, context=self._workspace.trust() if is_for_agent else None)

        self._wait(
            background.run(self, work, self._show, self._fail), self.tr("Asking {url} as Okta would…").format(url=url)
        )

    def _show(self, trial: Trial) -> None:
        from server.okta.trial import Cause  # noqa: PLC0415 -- as above

        is_token = trial.cause is Cause.TOKEN
        self.result.say(
            f"{trial.sentence} {trial.remedy}".strip(),
            "ok" if trial.ok else "err",
            self.tr("Generate token") if is_token else "",
            self.generate_wanted.emit if is_token else None,
        )

    def _fail(self, error: Exception) -> None:
        self.result.say(str(messages.worded(error)), "err")
