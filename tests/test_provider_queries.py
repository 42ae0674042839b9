"""Queries by the provider: pages by number and by cursor, both types at once, sorted; in SQLite and in dicts alike."""

from __future__ import annotations

from typing import Any

import pytest

from server.scim.errors import ExpiredCursor, InvalidCursor
from server.scim.schemas import GROUP_URN, USER_URN
from tests.directories import GROUP, USER, Directory


class TestQuery:
    def test_a_page_says_where_it_stands(self, directory: Directory) -> None:
        for number in range(5):
            directory.user(f"u{number}")
        page = directory.query(startIndex="2", count="2")
        assert [one["userName"] for one in page["Resources"]] == ["u1", "u2"]
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
        assert directory.query(count="0")["totalResults"] == 5
        assert directory.query(startIndex="6")["Resources"] == []
        assert "nextCursor" not in page

    def test_people_and_groups_are_read_together(self, directory: Directory) -> None:
        ada = directory.user("ada", displayName="B")
        group = directory.group("A", ada)
        directory.user("alan", displayName="C")
        page = directory.query(USER, GROUP)
        assert [one["meta"]["resourceType"] for one in page["Resources"]] == ["User", "User", "Group"]
        assert page["Resources"][0]["groups"][0]["value"] == group
        assert page["Resources"][2]["members"][0]["value"] == ada
        assert directory.query(USER, GROUP, count="2", startIndex="3")["Resources"] == page["Resources"][2:]
        found = directory.query(USER, GROUP, filter='displayName lt "C"')
        assert [one["displayName"] for one in found["Resources"]] == ["B", "A"]
        assert directory.queried(USER, GROUP).meaning == "listed users and groups 1 to 3 of 3"
        cursor: str | None = ""
        seen: list[Any] = []
        while cursor is not None:
            part = directory.query(USER, GROUP, count="1", cursor=cursor)
            seen += part["Resources"]
            cursor = part.get("nextCursor")
        assert seen == page["Resources"]

    def test_a_projection_leaves_the_rest_away(self, directory: Directory) -> None:
        ada = directory.user("ada", title="Ms")
        directory.group("G", ada)
        [found] = directory.query(attributes="title,groups.display")["Resources"]
        assert found == {"schemas": [USER_URN], "id": ada, "title": "Ms", "groups": [{"display": "G"}]}
        [group] = directory.query(GROUP, excludedAttributes="members")["Resources"]
        assert group.keys() == {"schemas", "id", "displayName", "meta"}
        assert group["schemas"] == [GROUP_URN]

    def test_both_types_are_sorted_together(self, directory: Directory) -> None:
        for name in ("d", "b"):
            directory.user(name, displayName=name.upper())
        for name in ("C", "a"):
            directory.group(name)
        directory.user("nobody")
        for order, expected in (("ascending", ["a", "B", "C", "D", None]), ("descending", [None, "D", "C", "B", "a"])):
            page = directory.query(USER, GROUP, sortBy="displayName", sortOrder=order)
            assert [one.get("displayName") for one in page["Resources"]] == expected

    def test_sorting_puts_those_without_a_value_last_and_ties_in_their_order(self, directory: Directory) -> None:
        for name, title in (("a", "x"), ("b", None), ("c", "X"), ("d", "w")):
            directory.user(name, **({"title": title} if title else {}))
        assert directory.names(sortBy="title") == ["d", "a", "c", "b"]
        assert directory.names(sortBy="title", sortOrder="descending") == ["b", "a", "c", "d"]

    @pytest.mark.parametrize(
        "order",
        [
            {},
            {"filter": 'userName sw "u"'},
            {"filter": 'title eq "t"'},
            {"sortBy": "nickName"},
            {"filter": "title pr", "sortBy": "nickName", "sortOrder": "descending"},
        ],
        ids=["all", "by an index", "by a scan", "sorted", "sorted and filtered"],
    )
    def test_cursors_pass_each_one_that_stays_once_whatever_comes_and_goes(
        self, directory: Directory, order: dict[str, str]
    ) -> None:
        ids = [directory.user(f"u{n:02}", title="t", nickName=f"n{n * 7 % 20:02}") for n in range(20)]
        names = directory.names(**order)
        goes = [names[1], names[5], names[12]]
        seen: list[str] = []
        cursor: str | None = ""
        comes = iter(range(100))
        while cursor is not None:
            page = directory.query(count="4", cursor=cursor, **order)
            assert page["totalResults"] >= len(page["Resources"])
            seen += [one["userName"] for one in page["Resources"]]
            cursor = page.get("nextCursor")
            if goes:
                directory.delete(USER, ids[int(goes.pop(0)[1:])])
                # What comes is sorted before all, or created after all.
                directory.user(f"new{next(comes)}", nickName="a")
        stays = [name for name in names if name not in (names[1], names[5], names[12])]
        assert [name for name in seen if name in stays] == stays

    @pytest.mark.parametrize(
        "order",
        [{}, {"filter": 'title eq "t"'}, {"filter": 'userName sw "u"'}],
        ids=["all", "scan", "prefix"],
    )
    def test_a_cursor_goes_on_where_it_stopped_although_that_page_has_gone(
        self, directory: Directory, order: dict[str, str]
    ) -> None:
        ids = [directory.user(f"u{n:02}", title="t") for n in range(12)]
        page = directory.query(count="5", cursor="", **order)
        for resource_id in ids[:5]:
            directory.delete(USER, resource_id)
        page = directory.query(count="5", cursor=page["nextCursor"], **order)
        assert [one["userName"] for one in page["Resources"]] == ["u05", "u06", "u07", "u08", "u09"]

    def test_a_cursor_is_bound_to_its_query_and_ends(self, directory: Directory) -> None:
        for number in range(3):
            directory.user(f"u{number}", title="t")
        page = directory.query(count="1", cursor="")
        assert "startIndex" not in page
        cursor = page["nextCursor"]
        assert directory.query(count="2", cursor=cursor)["Resources"][1]["userName"] == "u2"
        for other in ({"filter": "title pr"}, {"sortBy": "title"}, {"sortOrder": "descending"}):
            with pytest.raises(InvalidCursor):
                directory.query(count="1", cursor=cursor, **other)
        with pytest.raises(InvalidCursor):
            directory.query(GROUP, cursor=cursor)
        with pytest.raises(InvalidCursor):
            directory.query(cursor=cursor[:-4] + "AAAA")
        directory.now += 3_601
        with pytest.raises(ExpiredCursor):
            directory.query(cursor=cursor)

    def test_the_activity_says_what_a_query_found(self, directory: Directory) -> None:
        for number in range(5):
            directory.user(f"u{number}")
        assert directory.queried(startIndex="4", count="1").meaning == "listed users 4 to 4 of 5"
        found = directory.queried(filter='userName eq "u1"')
        assert found.meaning == 'looked for users with userName eq "u1": 1 found'

    def test_the_activity_says_which_part_a_cursor_read(self, directory: Directory) -> None:
        for number in range(5):
            directory.user(f"u{number}")
        cursor = directory.query(count="2", cursor="")["nextCursor"]
        assert directory.queried(count="2", cursor=cursor).meaning == "listed users 3 to 4 of 5"


def test_index_pages_of_more_than_a_thousand_people_are_the_list(in_sqlite: Directory) -> None:
    expected = in_sqlite.fill(1_203, title="t")
    orders: list[dict[str, str]] = [{}, {"filter": "title pr"}, {"filter": 'userName sw "u"'}]
    for order in orders:
        seen: list[str] = []
        while len(seen) < 1_203:
            page = in_sqlite.query(startIndex=str(len(seen) + 1), count="100", **order)
            assert page["totalResults"] == 1_203
            assert page["itemsPerPage"] == len(page["Resources"]) <= 100
            seen += [one["userName"] for one in page["Resources"]]
        assert seen == expected
    assert in_sqlite.query(startIndex="1204", count="100")["Resources"] == []
