from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.overview import requests
from server.records import Refusal
from tests.activity_records import kept

if TYPE_CHECKING:
    from server.records import ActivityRecord

RECORD = kept(
    at="2026-11-24T12:00:00.000Z",
    method="PATCH",
    path="/scim/v2/Users/1",
    meaning="deactivated Ada Lovelace",
    feature="deactivate",
    resource_id="1",
    response_body=None,
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


def test_a_line_has_a_cell_for_each_column() -> None:
    made = requests.cells(RECORD, {"t1": "Okta production"}, RECORD.at)
    assert len(made) == len(requests.columns())
    assert [cell.text for cell in made[1:]] == ["PATCH", "Deactivated Ada Lovelace", "Okta production", "200", "1.2 ms"]


def test_before_today_the_day_is_told() -> None:
    assert requests.moment(RECORD.at, RECORD.at).count(":") == 2
    assert requests.moment(RECORD.at, "2026-11-29T12:00:00.000Z") == "Nov 24"
