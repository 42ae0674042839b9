"""People and groups by hand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.command_line import CommandLine

ADA = ("user", "create", "ada@example.com", "--given", "Ada", "--family", "Lovelace")


def test_a_person_is_created_with_few_words(perch: CommandLine) -> None:
    ended = perch(*ADA, "title=Countess", "department=Engines")
    assert ended.err == "Created user Ada Lovelace.\n"
    shown = perch("user", "show", "ADA@example.com", "--json").json
    assert shown["id"] == ended.out.strip()
    assert shown["title"] == "Countess"
    assert shown["emails"] == [{"value": "ada@example.com", "type": "work", "primary": True}]
    assert "Engines" in str(shown)
    assert perch("user", "show", shown["id"], "--json").json == shown


def test_what_is_required_is_named(perch: CommandLine) -> None:
    said = perch.refused("user", "create", "ada")
    assert said.endswith("required: give each as ATTRIBUTE=VALUE, such as emails=….")
    assert {"name.givenName", "name.familyName", "emails"} <= set(said.replace(",", "").split())
    assert "Okta" not in perch.refused("user", "create", "ada@example.com", "--given", "Ada")


def test_a_name_is_taken_once(perch: CommandLine) -> None:
    perch(*ADA)
    assert "already exists" in perch.refused("user", "create", "ADA@EXAMPLE.COM", "--given", "A", "--family", "L")


def test_attributes_are_set_and_cleared(perch: CommandLine) -> None:
    perch(*ADA, "title=Countess", "nickName=A")
    ended = perch(
        "user",
        "edit",
        "ada@example.com",
        "title=",
        "name.givenName=Augusta",
        'emails[type eq "work"].value=a@x.org',
    )
    assert ended.err == "Updated user Augusta Lovelace (was Ada Lovelace).\n"
    shown = perch("user", "show", "ada@example.com", "--json").json
    assert "title" not in shown
    assert shown["nickName"] == "A"
    assert shown["emails"][0]["value"] == "a@x.org"


@pytest.mark.parametrize(
    ("pair", "words"),
    [("shoeSize=44", "shoeSize"), ("active=perhaps", "active"), ("id=7", "id"), ("userName=", "userName")],
)
def test_an_edit_that_cannot_be_changes_nothing(perch: CommandLine, pair: str, words: str) -> None:
    perch(*ADA, "title=Ms")
    before = perch("user", "show", "ada@example.com").out
    assert words in perch.refused("user", "edit", "ada@example.com", "title=Countess", pair)
    assert perch("user", "show", "ada@example.com").out == before


def test_people_go_and_come_back(perch: CommandLine) -> None:
    perch(*ADA)
    assert perch("user", "deactivate", "ada@example.com").err == "Deactivated user Ada Lovelace.\n"
    assert perch("user", "list").lines[0][3] == "inactive"
    assert perch("user", "deactivate", "ada@example.com").err == "Left user Ada Lovelace unchanged.\n"
    assert perch("user", "reactivate", "ada@example.com").err == "Reactivated user Ada Lovelace.\n"
    assert perch("user", "list").lines[0][3] == "active"


def test_nobody_is_deleted_unasked(perch: CommandLine) -> None:
    perch(*ADA)
    ended = perch.run("user", "delete", "ada@example.com")
    assert ended.exit_code == 2
    assert "--yes" in ended.err
    assert perch("user", "delete", "ada@example.com", "--yes").err == "Deleted user Ada Lovelace.\n"
    assert "no user" in perch.refused("user", "show", "ada@example.com")


def test_people_are_filtered_sorted_and_counted(perch: CommandLine) -> None:
    for name in ("ada", "alan", "grace"):
        perch("user", "create", f"{name}@example.com", "--given", name, "--family", "x")
    perch("user", "deactivate", "alan@example.com")
    listed = perch("user", "list", "--sort", "userName", "--descending").lines
    assert [line[0].partition("@")[0] for line in listed] == ["grace", "alan", "ada"]
    assert len(perch("user", "list", "--count", "2").lines) == 2
    assert perch("user", "list", "--count", "0").lines == []
    (only,) = perch("user", "list", "--filter", "active eq false", "--json").json
    assert only["userName"] == "alan@example.com"
    assert "no operator" in perch.refused("user", "list", "--filter", "userName foo")
    assert "sortBy" in perch.refused("user", "list", "--sort", "shoeSize")


def test_a_history_says_who_did_what(perch: CommandLine) -> None:
    perch(*ADA)
    perch("user", "edit", "ada@example.com", "title=Countess")
    history = perch("user", "show", "ada@example.com", "--history", "--json").json["history"]
    assert [one["operation"] for one in history] == ["modify", "create"]
    assert all(one["actor"].startswith("command line") for one in history)
    assert "created user Ada Lovelace" in perch("user", "show", "ada@example.com", "--history").out


def test_a_group_and_its_members(perch: CommandLine) -> None:
    perch(*ADA)
    perch("group", "create", "Sub")
    assert perch("group", "create", "Analysts", "ada@example.com").err == "Created group Analysts: 1 added.\n"
    assert perch("group", "add", "analysts", "Sub").err == "Updated group Analysts: 1 added.\n"
    assert [line[:2] for line in perch("group", "list").lines] == [["Sub", "0"], ["Analysts", "2"]]
    members = perch("group", "show", "Analysts", "--json").json["members"]
    assert {one["type"] for one in members} == {"User", "Group"}
    assert perch("user", "list").lines[0][4] == "1"
    assert perch("group", "remove", "Analysts", "ada@example.com").err == "Updated group Analysts: 1 removed.\n"
    assert perch("group", "rename", "Analysts", "Engineers").err == "Updated group Engineers (was Analysts).\n"
    assert perch("group", "delete", "Engineers", "--yes").err == "Deleted group Engineers.\n"
    assert [line[0] for line in perch("group", "list").lines] == ["Sub"]


@pytest.mark.parametrize(
    "arguments", [("create", "G", "nobody"), ("add", "Sub", "nobody"), ("remove", "Sub", "nobody")]
)
def test_a_member_who_is_not_there_is_named_and_nothing_changes(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    perch("group", "create", "Sub")
    assert "'nobody'" in perch.refused("group", *arguments)
    assert [line[:2] for line in perch("group", "list").lines] == [["Sub", "0"]]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
@pytest.mark.parametrize("width", [60, 100, 200])
def test_a_person_sees_tables_that_fit(perch: CommandLine, width: int) -> None:
    perch(*ADA)
    seen = perch.on_terminal("user", "list", width=width)
    assert "Ada Lovelace" in seen or "…" in seen
    assert "1 user" in seen
    plain = perch.on_terminal("user", "list", width=width, environ={"NO_COLOR": "1"})
    assert "\x1b[3" not in plain, "no colours"
    assert "No user matches." in perch.on_terminal("user", "list", "--filter", 'userName eq "x"')
