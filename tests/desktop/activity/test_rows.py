from __future__ import annotations

from datetime import UTC, datetime

from desktop.activity import rows
from server.records import Refusal
from tests.desktop.activity.exchanges import kept


def test_the_meaning_comes_first_and_the_address_below() -> None:
    record = kept(query="filter=userName%20eq%20%22ada%40acme.example%22&count=1", meaning="looked for users")
    cells = rows.cells(rows.row_of(record), {"t1": "Okta production"})
    assert cells[rows.REQUEST].text == "Looked for users"
    assert cells[rows.REQUEST].detail == '/Users?filter=userName eq "ada@acme.example"&count=1'
    assert cells[rows.TOKEN].text == "Okta production"
    assert cells[rows.TOOK].text == "1.2 ms"


def test_what_was_refused_says_why() -> None:
    body = '{"detail":"The userName is taken.","status":"409"}'
    assert rows.words(kept(status=409, meaning="", response_body=body)) == "Refused: The userName is taken."
    assert rows.words(kept(status=401, refusal=Refusal.EXPIRED)) == "Refused: the token has expired"
    assert (
        rows.words(kept(status=400, meaning="", response_body=None, scim_type="invalidPath")) == "Refused: invalidPath"
    )
    assert rows.words(kept(status=500, meaning="", response_body=None)) == "Refused: see the answer"


def test_a_request_without_a_meaning_is_named_by_its_line() -> None:
    assert rows.words(kept(meaning="")) == "GET /Users"


def test_before_today_the_day_is_named() -> None:
    at = "2026-11-23T12:00:00.000Z"
    assert ":" in rows.moment(at, datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC))
    assert "Nov" in rows.moment(at, datetime(2026, 11, 27, 12, 0, tzinfo=UTC))


def test_escapes_that_hide_line_breaks_stay() -> None:
    assert rows.readable("filter=a%0Ab") == "filter=a%0Ab"
