from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.client import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.endpoint import RunningEndpoint


@pytest.fixture
def directory(endpoint: RunningEndpoint) -> Iterator[Directory]:
    """People and groups at the shared endpoint, gone when the test ends."""
    made = Directory(endpoint)
    yield made
    made.clear()
