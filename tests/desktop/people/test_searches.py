from __future__ import annotations

import pytest

from desktop.people.searches import Searches, Wanted
from server.workspace import Superseded, Workspace
from tests.desktop.people.persons import NAMES, fill


def test_a_reading_counts_and_pages(workspace: Workspace) -> None:
    fill(workspace)
    reading = Searches(workspace).ask(Wanted(text="l"), "name", descending=True)
    names = [row.display_name for row in reading.page(0, 10)]
    assert reading.count() == len(names)
    assert names == sorted(names, reverse=True)


def test_a_search_that_is_overtaken_is_given_up(workspace: Workspace) -> None:
    fill(workspace)
    searches = Searches(workspace)
    first = searches.ask(Wanted(text="a"), "name", descending=False)
    second = searches.ask(Wanted(text="ad"), "name", descending=False)
    with pytest.raises(Superseded):
        first.count()
    assert second.count() == 2


def test_everybody_is_who_is_left_out_by_nothing(workspace: Workspace) -> None:
    fill(workspace)
    assert Wanted().is_everybody
    assert not Wanted(active=False).is_everybody
    assert Searches(workspace).ask(Wanted(source="okta"), "name", descending=False).count() == 1
    assert Searches(workspace).ask(Wanted(), "name", descending=False).count() == len(NAMES)
