from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def consumer(tmp_path: Path) -> Iterator[Consumer]:
    """A consumer that runs."""
    folder = tmp_path / "consumer"
    folder.mkdir()
    made = Consumer(folder, "a-secret-of-the-tests")
    made.start()
    yield made
    made.kill()
