"""Ids, the time, and the columns that filters look up."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any

import orjson
import pytest

from server.draft import draft_of, new_resource_id, timestamp
from tests.directories import GROUP, USER

Document = dict[str, Any]


class TestIds:
    def test_an_id_is_a_uuid_of_version_7(self) -> None:
        value = uuid.UUID(new_resource_id())
        assert (value.version, value.variant) == (7, uuid.RFC_4122)

    def test_ids_made_together_differ(self) -> None:
        assert len({new_resource_id() for _ in range(10_000)}) == 10_000

    def test_ids_grow_with_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ids = []
        for moment in (1, 1_700_000_000_000, 1_700_000_000_001, 1_900_000_000_000, 2**47):
            monkeypatch.setattr("server.draft.time.time_ns", lambda at=moment: at * 1_000_000)
            ids.append(new_resource_id())
        assert ids == sorted(ids)

    def test_the_first_48_bits_are_the_millisecond(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("server.draft.time.time_ns", lambda: 0x017F22E279B0 * 1_000_000)
        assert new_resource_id().startswith("017f22e2-79b0-7")


def test_the_time_is_written_in_utc_to_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in (0, 1_700_000_000_007_999_999, 1_700_000_000_999_999_999, 4_102_444_800_000_000_000):
        monkeypatch.setattr("server.draft.time.time_ns", lambda at=moment: at)
        text = timestamp()
        assert len(text) == len("2026-11-23T20:48:31.123Z")
        assert text.endswith("Z")
        assert datetime.fromisoformat(text).timestamp() == moment // 1_000_000 / 1_000


def test_a_moment_is_later_than_the_one_it_follows_whatever_the_clock_says() -> None:
    for after, later in (
        ("2999-12-31T23:59:59.999Z", "3000-01-01T00:00:00.000Z"),
        ("2100-02-28T12:00:00.007Z", "2100-02-28T12:00:00.008Z"),
    ):
        assert timestamp(after) == later
    before = timestamp()
    assert before <= timestamp("2001-01-01T00:00:00.000Z") <= timestamp()


def test_a_clock_that_is_set_back_is_not_followed_unless_it_was_far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    now, true_time = timestamp(), time.time_ns
    monkeypatch.setattr("server.draft.time.time_ns", lambda: true_time() - 3_600 * 10**9)
    assert timestamp() >= now
    monkeypatch.setattr("server.draft.time.time_ns", lambda: true_time() - 2 * 86_400 * 10**9)
    assert timestamp() < now


def test_the_columns_that_are_looked_up_are_folded() -> None:
    document = {
        "userName": "ADA",
        "active": True,
        "displayName": "Ada L",
        "emails": [{"value": "A@B"}, {"value": "a@b"}, {"type": "work"}],
    }
    draft = draft_of(document, USER)
    assert (draft.unique_name, draft.display_name, draft.emails) == ("ada", "ada l", ("a@b",))
    assert orjson.loads(draft.document) == document


def test_a_text_that_exists_is_not_written_again() -> None:
    assert draft_of({"displayName": "G"}, GROUP, "as it stands").document == "as it stands"


def test_a_group_is_looked_up_by_its_name() -> None:
    draft = draft_of({"displayName": "Gro\u00df", "externalId": "7"}, GROUP)
    assert (draft.unique_name, draft.label, draft.external_id, draft.active) == ("gross", "Gro\u00df", "7", None)


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ({"displayName": "Countess", "name": {"formatted": "Ada Lovelace"}}, "Countess"),
        ({"name": {"formatted": "Ada Lovelace"}}, "Ada Lovelace"),
        ({}, "ada"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(attributes: Document, label: str) -> None:
    assert draft_of({"userName": "ada", "active": True, **attributes}, USER).label == label
