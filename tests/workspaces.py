"""``workspace``: an open data folder of its own for each test that reads or writes the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An open workspace in an empty folder."""
    with Workspace.open(tmp_path, ServerConfig()) as opened:
        yield opened
