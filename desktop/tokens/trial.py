"""Tries a token against the address that Okta is given, as Okta's own button does, and says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop import background, messages
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from server.okta.trial import Trial
    from server.workspace import Workspace


class ConnectionTrial(QWidget):
    """Nothing to see until `test`."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.setProperty("kind", "plain")
        self.result = Banner()
        self.waiting = Waiting()
        self.setLayout(column(self.waiting, self.result, spacing=6))
        self._task: background.Task | None = None
        self.hide()

    @property
    def is_running(self) -> bool:
        """Whether a test is under way."""
        return self._task is not None

    def test(self, base_url: str, secret: str) -> None:
        """Ask that address as Okta would."""
        if self.is_running:
            return

        def work() -> Trial:
            from server.okta import trial  # noqa: PLC0415 -- an HTTP client, for this button only

            # What Okta's cloud cannot reach is for an agent on this network, which may have been told to trust us.
            is_for_agent = not trial.is_reachable_from_cloud(base_url).ok
            return trial.try_connection(base_url, secret, context=self._workspace.trust() if is_for_agent else None)

        self.result.hide()
        self.show()
        task = background.run(self, work, self._show, self._fail)
        self._task = task
        task.ended.connect(self._end)
        self.waiting.wait_for(task, self.tr("Asking {url} as Okta would…").format(url=base_url))

    def _end(self) -> None:
        self._task = None

    def _show(self, trial: Trial) -> None:
        self.result.say(f"{trial.sentence} {trial.remedy}".strip(), "ok" if trial.ok else "err")

    def _fail(self, error: Exception) -> None:
        self.result.say(str(messages.worded(error)), "err")
