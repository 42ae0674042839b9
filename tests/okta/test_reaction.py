"""How the words of a reaction are kept, and its source written."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from server.okta.reaction import REFERENCE, Reaction, cite


def test_a_source_names_the_line_and_then_what_everybody_can_read() -> None:
    assert cite("A26") == "OKTA.md A26"
    assert cite("A26", REFERENCE, "RFC 7644") == f"OKTA.md A26; {REFERENCE}; RFC 7644"


def test_a_reaction_does_not_change() -> None:
    reaction = Reaction("title", "sentence", "source", "remedy")

    with pytest.raises(FrozenInstanceError):
        reaction.title = "another"  # type: ignore[misc]  # the point of the test
