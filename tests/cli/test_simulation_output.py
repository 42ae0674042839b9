"""What a person sees of a simulation, and what a program reads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from server.cli import simulation_output
from server.cli.simulation_output import show_repeated, show_reports
from server.okta.dialogues import Kind
from server.okta.replaying import Repeated
from tests.okta.reports import bad_report, good_report

if TYPE_CHECKING:
    from tests.cli.command_line import CommandLine
    from tests.endpoint import RunningEndpoint


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who reads stdout."""
    monkeypatch.setattr(simulation_output, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")


def repeated(*differences: str, request: str = "POST /Users") -> Repeated:
    return Repeated(request, 201, 201, 1500, differences)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
@pytest.mark.parametrize("width", [80, 120])
def test_a_person_sees_bars_then_a_table_that_fits(perch: CommandLine, endpoint: RunningEndpoint, width: int) -> None:
    drawn = perch.on_terminal(
        *("simulate", endpoint.base_url, "--token", endpoint.token, "--people", "20"),
        width=width,
        environ={"NO_COLOR": "1", "TERM": "dumb"},
    )
    assert "Okta can provision into this server." in drawn
    assert "✗" not in drawn
    assert "Push new users" in drawn
    assert all(len(line) <= width for line in drawn.splitlines())


@pytest.mark.usefixtures("seen")
def test_a_person_reads_each_finding_with_its_fix(capsys: pytest.CaptureFixture[str]) -> None:
    show_reports([bad_report(left_behind=("ada (405)",)), good_report(Kind.CATALOG)])
    told = " ".join(capsys.readouterr().out.split())
    for words in (
        "Custom app",
        "Catalog app",
        "not reached",
        "1 remark",
        "2 times",
        "Fix Send totalResults",
        "Left behind: ada (405)",
        "✗ 2 features of Okta's do not work with this server. 15 requests in 2.2 s",
    ):
        assert words in told


def test_a_program_reads_a_line_for_each_thing(capsys: pytest.CaptureFixture[str]) -> None:
    show_reports([bad_report(left_behind=("ada\t(405)",))])
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["feature"] * 4 + ["finding"] * 2 + ["left behind"]
    assert [line[3] for line in lines[:4]] == ["ok", "noted", "FAILED", "not reached"]
    assert lines[0] == ["feature", "custom", "Test connector configuration", "ok", "3", "1.2 ms", "4.0 ms"]
    assert lines[4][1:5] == ["custom", "list-number-as-string", "fails", "GET /Users?startIndex=1&count=100"]
    assert lines[6] == ["left behind", "custom", "ada (405)"]


@pytest.mark.usefixtures("seen")
def test_a_person_is_shown_the_first_differences(capsys: pytest.CaptureFixture[str]) -> None:
    show_repeated(
        [repeated("active is missing now.", request=f"GET /Users/{n}") for n in range(20)], ["x"], as_json=False
    )
    captured = capsys.readouterr()
    assert captured.out.count("active is missing now.") == 12
    assert "20 answers of 20 differ." in captured.out
    assert "Left behind: x" in captured.out
    assert "8 more are shown with --json." in captured.err
    show_repeated([repeated()], [], as_json=False)
    assert "Nothing is different." in capsys.readouterr().out


def test_a_program_reads_a_line_for_each_difference(capsys: pytest.CaptureFixture[str]) -> None:
    show_repeated([repeated(), repeated("a.", "b.")], ["x"], as_json=False)
    assert capsys.readouterr().out.splitlines() == ["POST /Users\ta.", "POST /Users\tb.", "left behind\tx"]
