from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop.tokens import token_table
from desktop.tokens.snapshot import Snapshot
from desktop.widgets import when
from server.records import Access
from server.tokens import later, timestamp
from server.workspace import token_life
from tests.desktop.tokens.values import token

NOW = timestamp(datetime.now(UTC).timestamp())


def test_a_token_has_a_cell_for_each_column() -> None:
    one = token(
        "Okta production",
        created="2026-03-03T12:00:00.000Z",
        last_used=later(NOW, timedelta(minutes=-2)),
        last_address="10.0.0.7",
        last_agent="Okta SCIM Client 1.0.0",
    )
    cells = token_table.cells(Snapshot(NOW, [one]), one)
    assert [cell.text for cell in cells] == [
        "Okta production",
        "perch_live_…k3Qz",
        "Read & write",
        "2 min ago",
        "Never",
        "Active",
        "More",
    ]
    assert len(cells) == len(token_table.columns())
    assert cells[0].detail == "created by dana · Mar 3, 2026"
    assert cells[3].tip.endswith("by Okta from 10.0.0.7\nOkta SCIM Client 1.0.0")
    assert cells[token_table.MENU_COLUMN].kind == "icon"
    assert cells[token_table.MENU_COLUMN].tip == "Actions for Okta production"


def test_what_may_only_read_is_of_another_colour() -> None:
    one = token("Audit", access=Access.READ_ONLY)
    cell = token_table.cells(Snapshot(NOW, [one]), one)[2]
    assert (cell.text, cell.tone) == ("Read only", "info")


@pytest.mark.parametrize(("revoked", "expires"), [(False, "day"), (True, "—")])
def test_a_revoked_one_has_no_end_to_wait_for(*, revoked: bool, expires: str) -> None:
    end = later(NOW, timedelta(days=90))
    one = token("Okta", expires=end, revoked=NOW if revoked else None)
    cell = token_table.cells(Snapshot(NOW, [one]), one)[4]
    assert cell.text == (when.day(end) if expires == "day" else "—")
    assert when.exact(NOW if revoked else end) in cell.tip


def test_what_is_being_replaced_tells_how_far_that_is() -> None:
    old, new = token("old", replaced_by="new", expires=later(NOW, timedelta(days=5))), token("new")
    taken = Snapshot(NOW, [old, new], {"old": token_life.rotation_state(old, new)})
    cell = token_table.cells(taken, old)[5]
    assert (cell.text, cell.tip) == ("Rotating", "Neither the old nor the new one has been used yet")
