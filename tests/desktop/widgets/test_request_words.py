from __future__ import annotations

import pytest

from desktop.widgets import request_words
from server.records import ActivityRecord, Refusal
from tests.activity_records import kept


def test_each_list_has_the_same_columns_in_its_own_widths() -> None:
    columns = request_words.columns((90, 80, 0, 150, 60, 80))
    assert [one.title for one in columns] == ["Time", "Method", "What it meant", "Token", "Status", "Took"]
    assert [one.width for one in columns] == [90, 80, 0, 150, 60, 80]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (kept(meaning="deactivated Ada Lovelace"), "Deactivated Ada Lovelace"),
        (kept(meaning="looked for ada", status=404, response_body='{"detail": "gone"}'), "Looked for ada"),
        (kept(meaning="listed users", status=401, refusal=Refusal.REVOKED), "Refused: the token is revoked"),
        (kept(meaning="", status=409, response_body='{"detail": "taken"}', scim_type="uniqueness"), "Refused: taken"),
        (kept(meaning="", status=409, response_body=None, scim_type="uniqueness"), "Refused: uniqueness"),
        (kept(meaning="", status=500, response_body=None), ""),
        (kept(meaning=""), ""),
    ],
)
def test_a_request_says_what_it_meant_or_why_it_was_refused(record: ActivityRecord, said: str) -> None:
    assert request_words.meaning(record) == said


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_its_reason(refusal: Refusal) -> None:
    assert request_words.meaning(kept(refusal=refusal, status=401)).startswith("Refused: ")


def test_what_every_path_begins_with_is_left_out() -> None:
    assert request_words.target("/scim/v2/Users/1") == "/Users/1"
    assert request_words.target("/other") == "/other"
    assert request_words.target("/scim/v2") == "/scim/v2"


@pytest.mark.parametrize(
    ("status", "tone"),
    [(200, "ok"), (204, "ok"), (404, "warn"), (409, "warn"), (401, "err"), (403, "err"), (500, "err"), (503, "err")],
)
def test_a_status_has_its_colour(status: int, tone: str) -> None:
    assert request_words.status_tone(status) == tone
    assert request_words.is_failure(kept(status=status)) is (tone != "ok")


@pytest.mark.parametrize(
    ("method", "tone"), [("GET", "info"), ("PATCH", "warn"), ("DELETE", "err"), ("BREW", "neutral")]
)
def test_a_method_has_its_colour(method: str, tone: str) -> None:
    assert request_words.method_tone(method) == tone


@pytest.mark.parametrize(
    ("token_id", "refusal", "name"),
    [
        ("t1", "", "Okta"),
        ("t1", None, "Okta"),
        ("gone", "", "a removed token"),
        (None, Refusal.MISSING, "no token"),
        (None, "missing", "no token"),
        (None, "unknown", "unknown token"),
        (None, "malformed", "no valid token"),
        (None, "revoked", "—"),
        (None, "", "—"),
        (None, None, "—"),
    ],
)
def test_the_token_is_named_as_far_as_it_is_known(token_id: str | None, refusal: str | None, name: str) -> None:
    assert request_words.token_name(token_id, refusal, {"t1": "Okta"}) == name
