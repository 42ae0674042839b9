from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from server.cli import load
from server.cli.load import Figure, Load
from server.okta.dialogues import Kind
from server.sandbox import Sandbox
from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.endpoint import Serve

FEATURES = [
    "Push New Users",
    "Push Profile Updates",
    "Push User Deactivation",
    "Reactivate Users",
    "Import New Users",
    "Push Groups",
]
PEOPLE = 40


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox.open(tmp_path / "sandbox", size=PEOPLE) as opened:
        yield opened


@pytest.mark.parametrize("kind", Kind)
def test_everybody_goes_through_every_feature(kind: Kind, sandbox: Sandbox, serve: Serve) -> None:
    running = serve(data_dir=sandbox.folder, token=sandbox.secret)
    heard: list[tuple[str, int, int]] = []
    figures = list(Load(sandbox, running.base_url, kind, lambda *told: heard.append(told)).figures())
    assert [figure.feature for figure in figures] == FEATURES
    assert [figure.failures for figure in figures] == [[]] * len(FEATURES)
    assert [figure.done for figure in figures] == [PEOPLE] * 4 + [1, len(sandbox.company.groups)]
    assert all(figure.rate > 0 and figure.milliseconds(1.0) >= figure.milliseconds(0.5) > 0 for figure in figures)
    for feature in FEATURES[:4]:
        assert [told[1:] for told in heard if told[0] == feature] == [(done, PEOPLE) for done in range(1, PEOPLE + 1)]
    people = {row.user_name: row for row in sandbox.workspace.people(limit=1000)}
    for one in sandbox.company.people:
        assert people[one.login].active
        assert people[one.login].title.startswith("New ")
    groups = {row.display_name: row.member_count for row in sandbox.workspace.groups()}
    assert {group.name: len(group.members) for group in sandbox.company.groups}.items() <= groups.items()


def test_each_further_kind_of_app_begins_anew(
    sandbox: Sandbox, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    running = serve(data_dir=sandbox.folder, token=sandbox.secret)
    assert load.show(sandbox, running.base_url, (Kind.CUSTOM, Kind.CATALOG))
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines] == [[kind, feature] for kind in ("custom", "catalog") for feature in FEATURES]
    # Look-up and create for each person, the second time too.
    assert next(line[2] for line in lines if line[1] == FEATURES[0]) == lines[len(FEATURES)][2]


def test_what_failed_is_counted_and_told(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert not load.show(sandbox, "http://127.0.0.1:9/scim/v2", (Kind.CUSTOM,))
    first = capsys.readouterr().out.splitlines()[0].split("\t")
    assert first[-1].startswith(f"FAILED: {PEOPLE} of {PEOPLE}: ")


def test_times_are_told_by_how_many_were_answered_within_them() -> None:
    figure = Figure("x", seconds=2.0, durations=[*range(1_000, 101_000, 1_000)])
    assert [figure.milliseconds(share) for share in (0.5, 0.95, 0.99, 1.0)] == [51.0, 96.0, 100.0, 100.0]
    assert figure.rate == 50
    assert (Figure("y").rate, Figure("y").milliseconds(0.5)) == (0.0, 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
@pytest.mark.parametrize("width", [80, 120])
def test_a_person_sees_a_table_that_fits(tmp_path: Path, width: int) -> None:
    seen = CommandLine(tmp_path).on_terminal(
        "demo", "--exit", "--people", "20", width=width, environ={"NO_COLOR": "1", "TERM": "dumb"}
    )
    assert seen.count("✓") == len(FEATURES)
    assert "20 people, custom app" in seen
    assert all(len(line) <= width for line in seen.splitlines())
