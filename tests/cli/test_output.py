"""What a person sees on a terminal, and what a program reads."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from server.cli import output
from server.cli.output import Column, amount, distance, fitted, moment, show_details, show_table, size, table

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
COLUMNS = (Column("Name", "name"), Column("Number", "number", justify="right"))
ROWS: list[dict[str, Any]] = [{"name": "Ada\tL.\nx", "number": 1}, {"name": Text("Alan"), "number": None}]


def drawn(width: int, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, color_system=None).print(table(ROWS, columns, width))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_program_reads_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(ROWS, COLUMNS, as_json=False, nothing="Nobody.")
    assert capsys.readouterr() == ("Ada L. x\t1\nAlan\t\n", "")


def test_a_program_reads_nothing_where_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([], COLUMNS, as_json=False, nothing="Nobody.")
    show_table([], COLUMNS, as_json=True, nothing="Nobody.")
    assert capsys.readouterr() == ("[]\n", "")


def test_a_person_is_told_that_there_is_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    show_table([], COLUMNS, as_json=False, nothing="Nobody.")
    assert capsys.readouterr() == ("", "Nobody.\n")


def test_json_may_tell_more_than_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(ROWS, COLUMNS, as_json=True, nothing="", documents=[{"all": "of it"}])
    assert capsys.readouterr().out == '[\n  {\n    "all": "of it"\n  }\n]\n'


def test_a_table_has_one_line_under_its_headings() -> None:
    lines = drawn(40)
    assert lines[0].split() == ["Name", "Number"]
    assert set(lines[1].strip()) == {"─"}
    assert lines[-1].split() == ["Alan"]


def test_a_narrow_terminal_shortens_what_may_be_shortened() -> None:
    rows = [{"name": "a very long name indeed", "number": 1234567, "more": "spare", "most": "spare too"}]
    columns = (
        Column("Name", "name"),
        Column("Number", "number", fixed=True),
        Column("More", "more", spare=1),
        Column("Most", "most", spare=2),
    )
    assert [(c.key, width) for c, width in fitted(rows, columns, 100)] == [
        ("name", 23),
        ("number", 7),
        ("more", 5),
        ("most", 9),
    ]
    assert [(c.key, width) for c, width in fitted(rows, columns, 36)] == [
        ("name", 18),
        ("number", 7),
        ("more", 5),
    ]
    assert [(c.key, width) for c, width in fitted(rows, columns, 22)] == [("name", 12), ("number", 7)]
    assert all(len(line) <= 22 for line in drawn(22, columns))


def test_room_is_shared_by_those_who_need_it() -> None:
    rows = [{"a": "x" * 50, "b": "y" * 20, "c": "z" * 90}]
    columns = tuple(Column(key, key) for key in "abc")
    assert [width for _, width in fitted(rows, columns, 100)] == [37, 20, 37]
    assert [width for _, width in fitted(rows, columns, 200)] == [50, 20, 90]


def test_a_table_that_grows_keeps_its_widths() -> None:
    columns = (Column("A", "a", least=10), Column("B", "b"))
    one, two = (fitted([{"a": text, "b": ""}], columns, 80)[0][1] for text in ("", "x" * 9))
    assert one == two == 10


def test_markup_in_data_is_only_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    show_details([("[bold]name", "[red]value[/red]")])
    assert "[red]value[/red]" in capsys.readouterr().out


def test_colours_are_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    output.console().print(Text("x", style="red"))
    output.say("y", style="red")
    assert "\x1b" not in "".join(capsys.readouterr())


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    file = io.StringIO()
    monkeypatch.setattr("sys.stdout", file)
    output.console().print(Text("x", style="red"))
    assert "\x1b[31m" not in file.getvalue()


def test_a_long_sentence_stays_one_line_where_nobody_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("word " * 100)
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (timedelta(days=90), "in 90 days"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(minutes=5), "in 5 minutes"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=5), "now"),
    ],
)
def test_how_far_a_time_is_away(difference: timedelta, words: str) -> None:
    assert distance((NOW + difference).isoformat(), NOW) == words


def test_a_time_is_local_for_a_person_and_exact_for_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = "2026-11-23T20:48:31.123Z"
    assert moment(exact) == exact
    assert moment(None, otherwise="never") == "never"
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    local = datetime.fromisoformat(exact).astimezone()
    assert moment(exact) == f"{local:%Y-%m-%d %H:%M}"
    assert moment(exact, seconds=True) == f"{local:%Y-%m-%d %H:%M:%S}"
    assert UTC is UTC


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (123_456, "123 kB"),
        (4_200_000_000_000, "4.2 TB"),
    ],
)
def test_sizes(number: int, words: str) -> None:
    assert size(number) == words


def test_amounts() -> None:
    assert (amount(1, "user"), amount(1200, "user"), amount(0, "user")) == (
        "1 user",
        "1,200 users",
        "0 users",
    )
