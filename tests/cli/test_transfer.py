"""Files in and out, as typed."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.cli.command_line import CommandLine
from tests.endpoint import PATIENCE, command
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CSV = "userName,First name,Last name,email,title\nada,Ada,Lovelace,ada@example.com,=Countess\nalan,Alan,Turing,alan@example.com,\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return path


def test_a_file_is_imported_and_summed_up(perch: CommandLine, people: Path) -> None:
    assert perch("import", str(people)).err == "Import: 2 created.\n"
    assert [line[0] for line in perch("user", "list").lines] == ["ada", "alan"]
    assert perch("user", "show", "ada", "--json").json["title"] == "=Countess"
    assert perch("import", str(people)).err == "Import: 2 unchanged.\n"
    people.write_text(CSV.replace("Countess", "Analyst"))
    assert perch("import", str(people)).err == "Import: 1 updated, 1 unchanged.\n"
    assert perch("import", str(people), "--only-new").err == "Import: 2 skipped.\n"


def test_a_dry_run_says_the_same_and_changes_nothing(perch: CommandLine, people: Path) -> None:
    ended = perch("import", str(people), "--dry-run")
    assert ended.err == "Dry run, nothing was changed. It would be: 2 created.\n"
    assert perch("user", "list").out == ""
    assert {one.name for one in perch.folder.iterdir()} <= {
        "perch.db",
        "perch.db-wal",
        "perch.db-shm",
        "activity.db",
    }


def test_lines_that_fail_are_numbered_and_the_others_taken(perch: CommandLine, people: Path) -> None:
    people.write_text(CSV + "grace,Grace,,,\n\nada,A,L,a@x,\n")
    ended = perch.run("import", str(people))
    assert ended.exit_code == 1
    assert "Line 4: name.familyName and emails are required: the file has to give them.\n" in ended.err
    assert "Line 6: The same name stands on line 2" in ended.err
    assert ended.err.endswith("Import: 2 created, 2 failed.\n")


def test_many_failures_are_counted_rather_than_all_told(perch: CommandLine, people: Path) -> None:
    people.write_text("userName\n" + "".join(f"user{number}\n" for number in range(1200)))
    ended = perch.run("import", str(people))
    assert ended.err.count("Line ") == 50
    assert "… and 1,150 more problems." in ended.err


def test_a_file_that_breaks_off_is_taken_so_far(perch: CommandLine, people: Path) -> None:
    people.write_bytes(CSV.encode() + b"zo\xeb,Zo\xeb,x,zoe@example.com,\n")
    ended = perch.run("import", str(people))
    assert ended.exit_code == 1
    assert "Line 4: The line is not UTF-8" in ended.err
    assert "2 created, 1 failed" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
def test_an_import_that_is_interrupted_says_what_it_took_and_how_it_goes_on(perch: CommandLine) -> None:
    perch("user", "list")
    with subprocess.Popen(
        command("import", "-", "--format", "csv", data_dir=perch.folder),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        lines = "".join(f"user{number},Given,Family,user{number}@example.com,\n" for number in range(700))
        process.stdin.write((CSV.splitlines()[0] + "\n" + lines).encode())
        process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        # The first transaction is taken, and for the second it waits.
        while len(perch("user", "list").lines) < 500:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(PATIENCE) == 130
    taken = len(perch("user", "list").lines)
    assert said == f"Stopped: {taken} created so far. Give the same command again to go on.\n"


def test_an_import_that_is_interrupted_before_anything_was_taken_says_so(
    perch: CommandLine, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("server.cli.transfer.decoded", interrupted)
    ended = perch.run("import", str(people))
    assert (ended.exit_code, ended.err) == (
        130,
        "Stopped: nothing was taken yet. Give the same command again to go on.\n",
    )
    ended = perch.run("import", str(people), "--dry-run")
    assert (ended.exit_code, ended.err) == (130, "Stopped, and nothing was changed.\n")


def test_what_is_not_understood_is_said(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    people.write_text("userName,First name,Last name,email,shoe size\nada,Ada,L,a@x,44\n")
    assert "'shoe size' is no attribute" in perch("import", str(people)).err
    lines = tmp_path / "people.jsonl"
    lines.write_text('{"userName":"alan","name":{"givenName":"A","familyName":"T"},"emails":["a@x"],"hat":7}')
    assert "hat is no attribute that Perch knows; it was left out on 1 line." in perch("import", str(lines)).err


def test_the_format_is_found_out(perch: CommandLine, people: Path) -> None:
    perch("import", str(people))
    lines = perch("export", "-", "--format", "jsonl").out
    assert perch("import", "-", given=lines).err == "Import: 2 unchanged.\n"
    assert perch("import", "-", given=CSV).err == "Import: 2 unchanged.\n"
    assert perch("import", "-", "--format", "csv", given=CSV.replace(",", ";")).err == "Import: 2 unchanged.\n"


def test_a_file_that_is_not_there_is_named(perch: CommandLine, tmp_path: Path) -> None:
    assert "missing.csv could not be read" in perch.refused("import", str(tmp_path / "missing.csv"))
    assert "could not be read" in perch.refused("import", str(tmp_path))


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (FileNotFoundError(2, "No such file or directory"), "name a file that is there"),
        (IsADirectoryError(21, "Is a directory"), "name a file, and no folder"),
        (PermissionError(13, "Permission denied"), "let your user read it"),
        (OSError(5, "Input/output error"), "copy it to another place"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_what_helps(
    perch: CommandLine, monkeypatch: pytest.MonkeyPatch, error: OSError, remedy: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr("server.cli.transfer.Path.open", refuse)
    assert perch.refused("import", "people.csv") == f"people.csv could not be read ({error.strerror}): {remedy}."


def test_an_empty_file_is_told(perch: CommandLine, people: Path) -> None:
    for nothing in ("", "\ufeff", "\r\n \n"):
        people.write_text(nothing, "utf-8")
        assert perch.refused("import", str(people)).startswith("The file is empty: ")
    assert perch.refused("import", "-", given="").startswith("The file is empty: ")
    lines = people.with_name("nobody.jsonl")
    lines.touch()
    assert perch("import", str(lines)).err == "Import: the file holds nobody.\n"


def test_everything_moves_to_another_folder_with_its_ids(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    perch("import", str(people))
    perch("group", "create", "Sub", "ada")
    perch("group", "create", "Analysts", "ada", "alan", "Sub")
    file = tmp_path / "all.jsonl"
    assert perch("export", str(file)).err == f"Exported 2 users and 2 groups to {file}.\n"
    other = CommandLine(tmp_path / "other")
    assert other("import", str(file)).err == "Import: 4 created.\n"
    for arguments in (("user", "list", "--json"), ("group", "list", "--json")):
        one, two = perch(*arguments).json, other(*arguments).json
        for each in (*one, *two):
            del each["meta"]
        assert one == two


def test_csv_moves_people_and_groups(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    perch("import", str(people))
    perch(
        "user",
        "edit",
        "ada",
        'emails=[{"value":"a@x","type":"work"},{"value":"b@x","type":"work","primary":true}]',
    )
    perch("group", "create", "Analysts", "ada", "alan")
    perch("group", "create", "Empty")
    users, groups = tmp_path / "users.csv", tmp_path / "groups.csv"
    perch("export", str(users))
    perch("export", str(groups), "groups")
    other = CommandLine(tmp_path / "other")
    assert other("import", str(users)).err == "Import: 2 created.\n"
    assert other("import", str(groups)).err == "Import: 2 created.\n"
    again = tmp_path / "again.csv"
    for source, arguments in ((users, ()), (groups, ("groups",))):
        other("export", str(again), *arguments)
        assert again.read_bytes() == source.read_bytes()


def test_a_spreadsheet_opens_an_export_safely(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    perch("import", str(people))
    file = tmp_path / "out.csv"
    perch("export", str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,userName,")
    assert b",'=Countess\r\n" in file.read_bytes()
    assert sys.platform == "win32" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name("out.csv.part").exists()


@pytest.mark.parametrize("name", ["all.xlsx", "all.xls", "all.txt", "all.csv.zip"])
def test_an_ending_that_is_none_of_ours_is_refused_with_those_that_are(
    perch: CommandLine, people: Path, tmp_path: Path, name: str
) -> None:
    perch("import", str(people))
    said = perch.refused("export", str(tmp_path / name))
    assert all(ending in said for ending in (".csv", ".jsonl", ".ndjson", ".json", "--format"))
    assert not (tmp_path / name).exists()
    perch("export", str(tmp_path / name), "--format", "csv")
    assert (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_the_ending_may_be_in_capitals_or_missing(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    perch("import", str(people))
    perch("export", str(tmp_path / "ALL.JSONL"))
    assert (tmp_path / "ALL.JSONL").read_bytes().startswith(b"{")
    assert perch("import", str(tmp_path / "ALL.JSONL")).err == "Import: 2 unchanged.\n"
    perch("export", str(tmp_path / "all"))
    assert b"userName" in (tmp_path / "all").read_bytes()


def test_ldif_holds_both_kinds_below_the_base_that_is_named(perch: CommandLine, people: Path, tmp_path: Path) -> None:
    perch("import", str(people))
    perch("group", "create", "Engines")
    target = tmp_path / "everybody.ldif"
    assert "Exported 2 users and 1 group" in perch("export", str(target), "--base-dn", "dc=example,dc=com").err
    text = target.read_text("ascii")
    assert text.startswith("version: 1\n")
    assert ",ou=people,dc=example,dc=com\n" in text
    assert "dn: cn=Engines,ou=groups,dc=example,dc=com\n" in text
    assert "o=Perch" in perch("export", "--format", "ldif").out
    assert perch.run("export", str(target), "--base-dn", "nonsense").exit_code == 2
    assert perch.run("import", str(target)).exit_code != 0


def test_an_export_to_stdout_is_only_data(perch: CommandLine, people: Path) -> None:
    perch("import", str(people))
    ended = perch("export")
    assert ended.out.startswith("id,userName,")
    assert ended.err == "Exported 2 users.\n"
    lines = perch("export", "users", "--format", "jsonl").out.splitlines()
    assert [orjson.loads(line)["userName"] for line in lines] == ["ada", "alan"]
    assert perch("export", "groups").out == "id,displayName,externalId,member,member.type,member.id\n"


def test_an_export_that_cannot_be_written_is_told(perch: CommandLine, tmp_path: Path) -> None:
    assert "could not be written" in perch.refused("export", str(tmp_path / "missing" / "out.csv"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
def test_a_person_sees_how_far_it_is(perch: CommandLine, people: Path) -> None:
    lines = "".join(f"user{number},Given,Family,user{number}@example.com,\n" for number in range(3000))
    people.write_text(CSV.splitlines()[0] + "\n" + lines)
    seen = perch.on_terminal("import", str(people))
    assert "Importing" in seen
    assert "%" in seen
    assert "Import: 3,000 created." in seen
