from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.overview import requests
from server.records import ActivityRecord, Refusal

RECORD = ActivityRecord(
    seq=7,
    at="2026-11-24T12:00:00.000Z",
    request_id="a-1",
    method="PATCH",
    path="/scim/v2/Users/1",
    query="",
    status=200,
    duration=1_200,
    token_id="t1",
    address="127.0.0.1",
    agent="Okta SCIM Client 1.0.0",
    scim_type=None,
    meaning="deactivated Ada Lovelace",
    feature="deactivate",
    resource_id="1",
    ignored=(),
    refusal=None,
)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (RECORD, "Deactivated Ada Lovelace"),
        (replace(RECORD, meaning=""), "PATCH /Users/1"),
        (replace(RECORD, meaning="", path="/other"), "PATCH /other"),
        (replace(RECORD, meaning="", status=401, refusal=Refusal.REVOKED), "Refused: the token is revoked"),
        (replace(RECORD, meaning="", status=409, response_body='{"detail": "taken"}'), "Refused: taken"),
        (replace(RECORD, meaning="", status=409, scim_type="uniqueness"), "Refused: uniqueness"),
    ],
)
def test_what_it_meant(record: ActivityRecord, said: str) -> None:
    assert requests.words(record) == said


def test_by_which_token() -> None:
    assert requests.token_name(RECORD, {"t1": "Okta production"}) == "Okta production"
    assert requests.token_name(RECORD, {}) == "a removed token"
    assert requests.token_name(replace(RECORD, token_id=None), {}) == "—"
    assert requests.token_name(replace(RECORD, token_id=None, refusal=Refusal.MISSING), {}) == "no token"


@pytest.mark.parametrize(("status", "tone"), [(200, "ok"), (404, "warn"), (401, "err"), (403, "err"), (500, "err")])
def test_how_it_ended(status: int, tone: str) -> None:
    assert requests.status_tone(status) == tone
    assert requests.is_failure(replace(RECORD, status=status)) is (tone != "ok")


def test_a_line_has_a_cell_for_each_column() -> None:
    made = requests.cells(RECORD, {"t1": "Okta production"}, RECORD.at)
    assert len(made) == len(requests.columns())
    assert [cell.text for cell in made[1:]] == ["PATCH", "Deactivated Ada Lovelace", "Okta production", "200", "1.2 ms"]


def test_before_today_the_day_is_told() -> None:
    assert requests.moment(RECORD.at, RECORD.at).count(":") == 2
    assert requests.moment(RECORD.at, "2026-11-29T12:00:00.000Z") == "Nov 24"
