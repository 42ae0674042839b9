"""The short form: some thousands of inputs for each target, and proof that a crash would be noticed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.scim.errors import InvalidValue, Unavailable
from tests.fuzz.run import fuzz, tell
from tests.fuzz.targets import Targets, opened_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUTS = {"filter": 4_000, "path": 1_500, "patch": 800, "json": 500, "query": 1_500, "endpoint": 100}


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Targets]:
    with opened_targets(tmp_path_factory.mktemp("targets")) as opened:
        yield opened


@pytest.mark.parametrize("name", INPUTS)
def test_nothing_crashes(name: str, tmp_path: Path) -> None:
    run = fuzz(name, INPUTS[name], 7, tmp_path, tell)
    assert [Path(crash).with_suffix(".txt").read_text("utf-8") for crash in run.crashes] == []
    assert run.inputs == INPUTS[name]


@pytest.mark.parametrize("name", Targets.NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_are_understood_or_refused(targets: Targets, name: str, data: bytes) -> None:
    targets.named()[name](data)


def failing(error: Exception) -> Any:
    def fail(*_: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "is_noticed"), [(KeyError("x"), True), (Unavailable("busy"), True), (InvalidValue("no"), False)]
)
def test_what_is_no_refusal_is_noticed(
    targets: Targets, monkeypatch: pytest.MonkeyPatch, error: Exception, is_noticed: bool
) -> None:
    monkeypatch.setattr("tests.fuzz.targets.patch_from", failing(error))
    body = b'{"Operations": [{"op": "replace", "path": "title", "value": "x"}]}'
    if is_noticed:
        with pytest.raises(type(error)):
            targets.patch(body)
    else:
        targets.patch(body)


def test_nothing_that_a_target_does_stays(targets: Targets) -> None:
    before = targets.user()
    targets.patch(b'{"Operations": [{"op": "replace", "path": "title", "value": "changed"}]}')
    targets.json(
        b'{"userName": "another", "name": {"givenName": "A", "familyName": "B"}, "emails": [{"value": "a@b"}]}'
    )
    assert targets.user() == before
