"""``consumer``: a program that runs, and takes events that are signed with the secret it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def consumer(tmp_path: Path) -> Iterator[Consumer]:
    folder = tmp_path / "consumer"
    folder.mkdir()
    made = Consumer(folder, "a-secret-of-the-tests")
    made.start()
    yield made
    made.kill()
