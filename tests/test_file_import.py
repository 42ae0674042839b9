"""Files on their way into a workspace: looked into, rehearsed, imported, stopped, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.file_export import export
from server.file_import import (
    FileUnusable,
    Form,
    Import,
    Reading,
    Taken,
    choices,
    look_into,
    missing,
    rehearse,
    take,
    undo,
)

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import Workspace

HEADINGS = ("userName", "name.givenName", "name.familyName", "emails.work", "title")


def ignore(_: int, __: int) -> None:
    return None


def people_file(folder: Path, *numbers: int, title: str = "Engineer") -> Path:
    path = folder / "people.csv"
    lines = [f"p{n}@acme.example,Pat,Doe {n},p{n}@acme.example,{title}" for n in numbers]
    path.write_text("\n".join([",".join(HEADINGS), *lines]) + "\n")
    return path


def wanted(path: Path, *, only_new: bool = False) -> Import:
    return Import(path, Reading(Form.CSV, "User", dict(enumerate(HEADINGS)), HEADINGS), only_new)


def test_a_look_changes_nothing_and_maps_the_columns(workspace: Workspace, tmp_path: Path) -> None:
    preview = look_into(workspace, people_file(tmp_path, 1), "User")
    assert tuple(column.target for column in preview.columns) == HEADINGS
    assert set(HEADINGS) <= set(choices(workspace, "User", preview.form))
    assert missing(preview.kind, HEADINGS) == ""
    assert workspace.count_people() == 0


def test_a_bare_column_of_addresses_and_our_own_export_change_nothing_the_second_time(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("userName,name.givenName,name.familyName,emails\nada,Ada,Lovelace,ada@acme.example\n")
    headings: tuple[str, ...] = ("userName", "name.givenName", "name.familyName", "emails")
    file = Import(path, Reading(Form.CSV, "User", dict(enumerate(headings)), headings))
    assert take(workspace, file, ignore).created == 1
    before = workspace.show("User", "ada")
    exported = tmp_path / "ours.csv"
    export(workspace, "User", exported, ignore, as_csv=True)
    headings = tuple(exported.read_text("utf-8-sig").splitlines()[0].split(","))
    ours = Import(exported, Reading(Form.CSV, "User", dict(enumerate(headings)), headings))
    for once_more in (file, file, ours):
        assert take(workspace, once_more, ignore).changed == 0
    assert workspace.show("User", "ada") == before


def test_a_rehearsal_counts_and_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = people_file(tmp_path, 1, 2)
    found = rehearse(workspace, wanted(path), lambda done, total: told.append((done, total)))
    assert (found.created, found.changed, found.failed) == (2, 2, 0)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert workspace.count_people() == 0


def test_what_became_of_each_line_is_told(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, wanted(people_file(tmp_path, 1, 2)), ignore)
    path = people_file(tmp_path, 2, 3)
    with path.open("a") as file:
        file.write("p3@acme.example,Pat,Twice,x@acme.example,\n,No,Name,,\n")
    found = take(workspace, wanted(path), ignore)
    assert (found.created, found.updated, found.unchanged, found.failed) == (1, 0, 1, 2)
    assert [problem.line for problem in found.problems] == [4, 5]
    assert found.is_whole
    assert take(workspace, wanted(people_file(tmp_path, 1, title="Boss"), only_new=True), ignore).skipped == 1


def test_stopped_it_keeps_what_it_took(workspace: Workspace, tmp_path: Path) -> None:
    path = people_file(tmp_path, *range(1_400))
    found = take(workspace, wanted(path), ignore, lambda: workspace.count_people() > 0)
    assert not found.is_whole
    assert found.created == workspace.count_people() == 500


def test_an_import_is_undone_as_a_whole_but_for_what_others_changed(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, wanted(people_file(tmp_path, 1, 2)), ignore)
    found = take(workspace, wanted(people_file(tmp_path, 1, 2, 3, 4, title="Boss")), ignore)
    assert (found.updated, found.created) == (2, 2)
    workspace.actor = "token Okta"
    workspace.modify("User", "p4@acme.example", [{"op": "replace", "path": "title", "value": "CEO"}])
    workspace.actor = "host"
    undone = undo(workspace, found, ignore)
    assert undone.changes == 3
    assert len(undone.kept) == 1
    assert "token Okta" in undone.kept[0]
    assert workspace.show("User", "p1@acme.example")["title"] == "Engineer"
    assert [one.user_name for one in workspace.people()] == ["p1@acme.example", "p2@acme.example", "p4@acme.example"]


def test_what_others_did_meanwhile_is_not_undone(workspace: Workspace, tmp_path: Path) -> None:
    found = take(workspace, wanted(people_file(tmp_path, 1)), ignore)
    workspace.actor = "token Okta"
    workspace.create("Group", {"displayName": "Pushed"})
    workspace.actor = "host"
    later = Taken(span=(found.span[0], found.span[1] + 1))
    assert undo(workspace, later, ignore) == (1, [])
    assert workspace.count_groups() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\xff\xfeu\x00", "UTF-16"), (b"Zo\xeb\n", "UTF-8")],
)
def test_a_file_that_cannot_be_read_says_why(workspace: Workspace, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnusable, match=words):
        look_into(workspace, path, "User")


def test_a_file_that_is_not_there_says_so(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="could not be read"):
        look_into(workspace, tmp_path / "nowhere.csv", "User")
    with pytest.raises(FileUnusable, match="could not be read"):
        take(workspace, wanted(tmp_path), ignore)
