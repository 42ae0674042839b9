from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def perch(tmp_path: Path) -> CommandLine:
    """The command line on a data folder of the test's own."""
    return CommandLine(tmp_path / "data")
