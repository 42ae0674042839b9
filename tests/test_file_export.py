"""People and groups on their way into a file: private, whole or not there, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import stat
from typing import TYPE_CHECKING

import orjson
import pytest

from server.file_export import export, exported_lines, write_table
from server.file_import import FileUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import Workspace


@pytest.fixture
def ids(workspace: Workspace) -> list[str]:
    people = [
        {
            "userName": f"{name}@acme.example",
            "name": {"givenName": "=cmd()", "familyName": name},
            "emails": [{"value": f"{name}@acme.example", "type": "work", "primary": True}],
        }
        for name in ("ada", "alan")
    ]
    found = [workspace.create("User", one).resource_id for one in people]
    workspace.create("Group", {"displayName": "Engines", "members": [{"value": found[0]}]})
    return found


def ignore(_: int, __: int) -> None:
    return None


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_csv_is_private_and_calculates_nothing(workspace: Workspace, ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    assert export(workspace, "User", path, ignore, as_csv=True) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one["name.givenName"] for one in table(path)] == ["'=cmd()", "'=cmd()"]
    assert [one["id"] for one in table(path)] == ids


def test_json_lines_hold_who_was_chosen(workspace: Workspace, ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    assert export(workspace, "User", path, ignore, as_csv=False, only={ids[1]}) == 1
    (document,) = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert document["userName"] == "alan@acme.example"


def test_groups_have_a_line_for_each_member(workspace: Workspace, ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    assert export(workspace, "Group", path, ignore, as_csv=True) == 1
    assert [(one["displayName"], one["member"]) for one in table(path)] == [("Engines", "ada@acme.example")]


def test_given_up_there_is_no_file(workspace: Workspace, ids: list[str], tmp_path: Path) -> None:
    class GivenUp(Exception):
        pass

    def give_up(_: int, __: int) -> None:
        raise GivenUp

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(GivenUp):
        export(workspace, "User", folder / "people.csv", give_up, as_csv=True)
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_to_says_so(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="could not be written"):
        export(workspace, "User", tmp_path / "nowhere" / "people.csv", ignore, as_csv=True)


def test_a_table_is_safe_as_well(tmp_path: Path) -> None:
    write_table(tmp_path / "errors.csv", [("line", "error"), ("3", "=1+1")])
    assert table(tmp_path / "errors.csv") == [{"line": "3", "error": "'=1+1"}]


def test_ldif_holds_who_is_active_and_groups_with_their_names(workspace: Workspace, ids: list[str]) -> None:
    workspace.set_active(ids[1], active=False)
    workspace.create("Group", {"displayName": "All", "members": [{"value": one} for one in ids]})
    text = b"".join(exported_lines(workspace, ("User", "Group"), "ldif", "o=Perch")).decode()
    entries = [entry.splitlines() for entry in text.strip().split("\n\n")]
    assert [lines[0] for lines in entries] == [
        "version: 1",
        "dn: ou=people,o=Perch",
        "dn: ou=groups,o=Perch",
        "dn: uid=ada@acme.example,ou=people,o=Perch",
        "dn: cn=Engines,ou=groups,o=Perch",
        "dn: cn=All,ou=groups,o=Perch",
    ]
    assert [line for line in entries[-1] if line.startswith("member:")] == [
        "member: uid=ada@acme.example,ou=people,o=Perch"
    ]


@pytest.mark.parametrize(("form", "number"), [("csv", 3), ("jsonl", 2)])
def test_the_other_formats_are_whole_too(workspace: Workspace, ids: list[str], form: str, number: int) -> None:
    assert len(ids) == 2
    assert len(b"".join(exported_lines(workspace, ("User",), form, "o=Perch")).splitlines()) == number
