"""What every page has at hand: the workspace, the endpoint, what is live, the clipboard, the theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard
    from desktop.live import Live
    from desktop.server_process import ServerProcess
    from desktop.theme import Theme
    from server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """Made once by the composition root (``__main__``) and handed to every page."""

    workspace: Workspace
    endpoint: ServerProcess
    live: Live
    clipboard: Clipboard
    theme: Theme
