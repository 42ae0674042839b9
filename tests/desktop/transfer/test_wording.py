from __future__ import annotations

import pytest

from desktop.transfer.wording import amount, imported, lines, went_wrong
from server.faults import Fault, FaultCode
from server.file_import import FileUnusable, Taken


@pytest.mark.parametrize(("number", "words"), [(1, "1 person"), (0, "0 people"), (4_997, "4,997 people")])
def test_people_are_counted(number: int, words: str) -> None:
    assert amount(number, "User") == words


def test_groups_and_lines_too() -> None:
    assert (amount(1, "Group"), amount(2, "Group")) == ("1 group", "2 groups")
    assert (lines(1), lines(2)) == ("1 line with an error", "2 lines with errors")


def test_an_import_says_what_it_did_and_not_what_it_did_not() -> None:
    assert imported(Taken(created=12, updated=3, unchanged=40), "User") == (
        "Imported 15 people (12 created, 3 updated, 40 unchanged)."
    )
    assert imported(Taken(), "Group") == "Imported 0 groups."


def test_what_went_wrong_is_a_sentence() -> None:
    assert went_wrong(FileUnusable("It is gone.")) == "It is gone."
    assert "disk is full" in went_wrong(Fault(FaultCode.DISK_FULL, "/data"))
