"""Small values of the workspace: kept, replaced, made once by whoever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from server.store.database import Database
from server.store.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def settings(perch_database: Database) -> Settings:
    return Settings(perch_database)


@pytest.fixture
def others(perch_database: Database) -> Iterator[Settings]:
    """Give the settings as another process sees them."""
    database = Database.open(perch_database.path, "perch")
    yield Settings(database)
    database.close()


def test_what_was_never_written_is_none(settings: Settings) -> None:
    assert settings.get("colour") is None


def test_the_last_value_is_kept_and_seen_by_others(settings: Settings, others: Settings) -> None:
    settings.set("colour", "red")
    settings.set("colour", "")
    assert settings.get("colour") == "" == others.get("colour")


def test_a_value_that_is_there_is_not_made(settings: Settings) -> None:
    settings.set("colour", "red")

    def make() -> str:
        raise AssertionError("made")

    assert settings.get_or_create("colour", make) == "red"


def test_processes_that_start_together_agree(settings: Settings, others: Settings) -> None:
    with ThreadPoolExecutor(8) as threads:
        places = [settings, others] * 4
        keys = [threads.submit(place.get_or_create, "cursor_key", partial(str, i)) for i, place in enumerate(places)]
    assert len({key.result() for key in keys}) == 1
    assert settings.get("cursor_key") == keys[0].result()


async def test_a_mark_is_another_value_each_time_so_that_it_is_really_written(
    settings: Settings, others: Settings
) -> None:
    values = set()
    for _ in range(5):
        await settings.mark_soon("mark")
        values.add(others.get("mark"))
    assert len(values) == 5
    assert None not in values
