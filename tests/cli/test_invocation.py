"""What every command shares: the data folder, exit codes, one sentence for whatever is wrong around it."""

from __future__ import annotations

import getpass
import os
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from server.cli.invocation import Invocation, actor
from server.store import database
from server.workspace import DATABASE
from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = [
    ("token", "list"),
    ("token", "create", "Okta", "--no-keyring"),
    ("user", "list"),
    ("group", "create", "G"),
    ("export", "-"),
    ("activity",),
    ("backup",),
]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_file_in_the_place_of_the_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    said = CommandLine(tmp_path / "file").refused(*arguments)
    assert "cannot be written to" in said
    assert "--data-dir" in said


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_database_of_a_newer_program_is_left_alone(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    perch("group", "list")
    path = perch.folder / DATABASE
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    said = perch.refused(*arguments)
    assert "newer Perch" in said
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (9999,)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_damaged_database_is_named_and_left_alone(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    perch.folder.mkdir()
    (perch.folder / DATABASE).write_bytes(b"garbage" * 1000)
    said = perch.refused(*arguments)
    assert "damaged" in said
    assert "perch restore" in said
    assert (perch.folder / DATABASE).read_bytes() == b"garbage" * 1000


@pytest.fixture
def locked(perch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    """A database that another program holds, and little patience."""
    perch("group", "create", "before")
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 50)
    with closing(sqlite3.connect(perch.folder / DATABASE, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield perch


def test_a_locked_database_can_still_be_read(locked: CommandLine) -> None:
    assert [line[0] for line in locked("group", "list").lines] == ["before"]


@pytest.mark.parametrize(
    "arguments",
    [("group", "create", "G"), ("token", "create", "Okta", "--no-keyring"), ("user", "delete", "x", "--yes")],
)
def test_a_locked_database_is_told(locked: CommandLine, arguments: tuple[str, ...]) -> None:
    said = locked.refused(*arguments)
    assert "Another program holds" in said or "no user" in said
    assert [line[0] for line in locked("group", "list").lines] == ["before"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_loses_nothing_and_is_told(perch: CommandLine) -> None:
    import resource  # noqa: PLC0415 -- POSIX only

    perch("group", "create", "before")
    size = (perch.folder / DATABASE).stat().st_size

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    people = perch.folder / "people.csv"
    lines = "".join(f"user{number},Given,Family,user{number}@example.com\n" for number in range(5000))
    people.write_text(f"userName,First name,Last name,email\n{lines}")
    ended = perch.process("import", str(people), limit=limit)
    assert ended.exit_code == 1
    assert "Error: " in ended.err
    assert "Not the whole file was read." in ended.err
    assert "perch doctor" in ended.err or "Free some space" in ended.err
    assert [line[0] for line in perch("group", "list").lines] == ["before"]
    imported = len(perch("user", "list").lines)
    assert f"{imported:,} created" in ended.err or (imported == 0 and "holds nobody" in ended.err)
    assert "Import: " in perch("import", str(people)).err
    assert len(perch("user", "list").lines) == 5000


def test_a_setting_that_cannot_be_is_named(perch: CommandLine) -> None:
    perch.folder.mkdir()
    (perch.folder / "perch.toml").write_text("prot = 1")
    assert "did you mean port" in perch.refused("user", "list")


def test_a_mistyped_variable_is_told_and_the_command_goes_on(
    perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCH_PROT", "1")
    ended = perch("group", "create", "G")
    assert ended.err.startswith("PERCH_PROT is no setting and is ignored: did you mean PERCH_PORT?\n")
    assert ended.out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("nothing",), ("user", "list", "--count", "-1"), ("token", "create"), ("user", "edit", "x", "title")],
)
def test_wrong_usage_ends_with_two(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    perch.folder.mkdir()
    ended = perch.run(*arguments)
    assert ended.exit_code == 2
    assert "Usage: " in ended.err
    assert ended.out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are UTF-16 on Windows, and always text")
@pytest.mark.parametrize(
    "arguments",
    [("user", "show", "j\udcfc"), ("user", "create", "j\udcfc@example.com"), ("group", "create", "J\udcfcrgen")],
)
def test_an_argument_that_is_no_utf_8_is_told_as_a_sentence(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    ended = perch.process(*arguments)
    assert ended.exit_code == 2
    assert ended.out == ""
    assert "is not UTF-8" in ended.err
    assert "\\xfc" in ended.err
    assert not perch.folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are UTF-16 on Windows, and always text")
def test_a_file_may_have_any_name_that_the_system_gave_it(perch: CommandLine, tmp_path: Path) -> None:
    people = tmp_path / "j\udcfc.csv"
    people.write_text("userName,First name,Last name,email\nada,Ada,Lovelace,ada@example.com\n")
    assert "1 created" in perch.process("import", str(people)).err


def test_the_folder_of_the_option_is_taken_before_that_of_the_environment(tmp_path: Path) -> None:
    CommandLine(tmp_path / "one")("--data-dir", str(tmp_path / "two"), "group", "create", "G")
    assert not (tmp_path / "one").exists()
    assert (tmp_path / "two" / DATABASE).exists()


def test_a_folder_has_no_default_in_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PERCH_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert tmp_path in Invocation().folder().parents


def test_who_acts_has_a_name_where_the_system_knows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    assert actor() == "command line (ada)"

    def nameless() -> Any:
        raise KeyError(os.getpid())

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert actor() == "command line"
