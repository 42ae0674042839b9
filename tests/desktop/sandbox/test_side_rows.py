from __future__ import annotations

import pytest

from desktop.sandbox.side_rows import SideRow, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("Ada King Noel Lovelace", "AL"), ("Plato", "P"), ("Éva Nagy", "ÉN"), ("", "?")],
)
def test_two_letters_for_somebody_without_a_picture(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_what_okta_shows_is_heard_instead_of_the_detail() -> None:
    row = SideRow("1", "Ada", "Engineer", "A", "Error", "err", "Conflict")
    assert row.spoken == "Ada, Error, Conflict"
    assert SideRow("1", "Ada", "Engineer", "A").spoken == "Ada, Engineer"
