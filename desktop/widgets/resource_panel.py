"""The details of one resource of the directory, by its id: its history, its requests and its JSON, kept up with.

Belongs here: when it is read, and the tabs that people and groups have alike. Must not know: what else is shown of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal

from desktop import background
from desktop.messages import worded
from desktop.widgets.basics import button, column, plain, row
from desktop.widgets.detail_panel import DetailPanel
from desktop.widgets.history import History
from desktop.widgets.json_view import JsonView
from desktop.widgets.requests_list import RequestsList
from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QPushButton

    from desktop.clipboard import Clipboard
    from server.workspace import Workspace

PAUSE: Final = 40
"""Milliseconds: the arrow keys pass over rows faster than anybody reads."""
_GONE: Final = 404


class ResourcePanel(DetailPanel):
    """Who inherits adds the tabs, and says what is read (`_read`), and where a failure is told (`_tell`)."""

    request_opened = Signal(object)
    """The seq of a request."""
    undone = Signal(object)
    """A change was undone in the history."""

    def __init__(self, workspace: Workspace, clipboard: Clipboard, no_requests: str) -> None:
        """Take the words for where no request is kept."""
        super().__init__("")
        self._id = ""
        self._task: background.Task | None = None
        self.history = History(workspace)
        self.requests = RequestsList(workspace, no_requests)
        self.json = JsonView(self.tr("JSON as a client sees it"))
        self.copy_button = button(
            self.tr("Copy"), lambda: clipboard.copy(self.json.toPlainText()), icon="copy", kind="ghost"
        )
        self.raw = plain(column(row(None, self.copy_button), self.json, spacing=4, margins=(0, 6, 4, 4)))
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._read)
        self.tabs.currentChanged.connect(self._fill_tab)
        self.requests.opened.connect(self.request_opened)
        self.history.undone.connect(self.undone)

    @property
    def resource_id(self) -> str:
        """What it shows; empty when nothing."""
        return "" if self.isHidden() else self._id

    def show_row(self, row: Any) -> None:
        """Show one of which a row of the list is known; what the row tells of it is shown by who inherits."""
        self.show_resource(row.id)

    def show_resource(self, resource_id: str) -> None:
        """Show another one in a moment, or the same one anew."""
        if resource_id != self._id:
            self._id = resource_id
            self._pause.start()
        else:
            self._read()
        self.show()

    def refresh(self) -> None:
        """Read it again."""
        if self.resource_id:
            self._read()

    def _add_buttons(self, *buttons: QPushButton) -> None:
        for one in buttons:
            self.buttons.addWidget(one)
        self.buttons.addStretch(1)

    def _show_json(self, text: str) -> None:
        if text != self.json.property("source"):
            self.json.setProperty("source", text)
            self.json.show_text(text)

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read what `_id` names."""

    def _tell(self, trouble: str) -> None:
        """Say that it could not be read, and what to do."""

    def _run(self, work: Callable[[], Any], arrived: Callable[[Any], None]) -> None:
        """Do it in the background, instead of what was still being read."""
        if self._task is not None:
            self._task.cancel()

        def done(found: object) -> None:
            self._task = None
            arrived(found)

        self._task = background.run(self, work, done, self._fail)

    def _fail(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, ScimError) and error.status == _GONE:
            self._leave()
        else:
            self._tell(str(worded(error)))

    def _leave(self) -> None:
        self._id = ""
        self.close_panel()

    def _fill_tab(self) -> None:
        """Read what the tab in front needs, and only that."""
        if not self._id:
            return
        if self.tabs.currentWidget() is self.history:
            if self.history.resource_id == self._id:
                self.history.refresh()
            else:
                self.history.show_resource(self._id)
        elif self.tabs.currentWidget() is self.requests:
            self.requests.show_requests(self._id)
