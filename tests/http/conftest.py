from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.command_line import CommandLine
from tests.http.client import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.endpoint import RunningEndpoint


@pytest.fixture
def directory(endpoint: RunningEndpoint) -> Iterator[Directory]:
    """People and groups at the shared endpoint, gone when the test ends."""
    made = Directory(endpoint)
    yield made
    made.clear()


@pytest.fixture
def perch(tmp_path: Path) -> CommandLine:
    """The command line on a data folder of the test's own."""
    return CommandLine(tmp_path / "data")
