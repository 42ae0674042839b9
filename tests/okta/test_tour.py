from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.okta.app import AppSettings
from server.okta.company import make_company
from server.okta.dialogues import Kind, OktaClient
from server.okta.tenant import OktaTenant, Outcome
from server.okta.tour import KEYS, Directory, Stage, Unmet, tour
from server.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from server.okta.scenario import Step
    from tests.endpoint import Serve


def played(stage: Stage) -> tuple[list[Step], Outcome]:
    steps, play = [], stage.play()
    while True:
        try:
            steps.append(next(play))
        except StopIteration as end:
            return steps, end.value


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox.open(tmp_path / "sandbox") as opened:
        yield opened


@pytest.mark.parametrize("kind", Kind)
def test_each_stage_comes_true_with_each_kind_of_app(kind: Kind, sandbox: Sandbox, serve: Serve) -> None:
    running = serve(data_dir=sandbox.folder, token=sandbox.secret)
    tenant = sandbox.connect(running.base_url, settings=AppSettings(kind=kind))
    told = []
    with tenant.client:
        for stage in tour(tenant, sandbox.directory):
            steps, outcome = played(stage)
            assert outcome.ok, (stage.key, outcome.sentence)
            assert all(step.verdict.ok for step in steps)
            told.append(stage.check(outcome))
            for subject in stage.subjects:
                directory = sandbox.directory
                assert directory.person(subject) or directory.group(subject), (stage.key, subject)
    assert len(told) == len(KEYS)
    assert told[0] == "Okta takes the URL and the token"


class Nobody:
    """A server on which nothing ever comes true."""

    def person(self, _: str) -> Mapping[str, Any] | None:
        return None

    def group(self, _: str) -> Mapping[str, Any] | None:
        return None

    def edit(self, user_name: str, attribute: str, value: str) -> None: ...


class Unmoved(Nobody):
    """A server that has everybody, and changes nothing of what it is told."""

    def person(self, _: str) -> Mapping[str, Any] | None:
        return {"id": "1", "title": "Anything", "externalId": "x"}

    def group(self, _: str) -> Mapping[str, Any] | None:
        return {"id": "2", "members": []}


def stages(directory: Directory, size: int = 60) -> dict[str, Stage]:
    company = make_company(size)
    client = OktaClient("http://127.0.0.1:9/scim/v2", "")
    tenant = OktaTenant(client, AppSettings(), company.people, company.groups)
    return {stage.key: stage for stage in tour(tenant, directory)}


def test_the_stages_follow_each_other_as_the_guide_has_them() -> None:
    assert tuple(stages(Nobody())) == KEYS
    assert [stage.title for stage in stages(Nobody()).values()][:8] == [
        "Test connection",
        "Push New Users",
        "Push Profile Updates",
        "Push User Deactivation",
        "Reactivate Users",
        "Import New Users",
        "Import Profile Updates",
        "Push Groups",
    ]


def test_a_story_is_short_enough_for_a_projector() -> None:
    for stage in stages(Nobody()).values():
        assert len(stage.story) <= 200, stage.key
        assert len(stage.look_at) <= 90, stage.key
        assert stage.story.endswith(".")
        assert stage.look_at.endswith(".")


def test_a_company_of_ten_is_enough_for_the_tour() -> None:
    assert stages(Nobody(), 10)


def test_an_okta_of_nobody_has_no_tour() -> None:
    with pytest.raises(ValueError, match="The tour needs a group of 3 people"):
        tour(OktaTenant(OktaClient("http://127.0.0.1:9/scim/v2", ""), AppSettings()), Nobody())


@pytest.mark.parametrize("directory", [Nobody(), Unmoved()])
@pytest.mark.parametrize(
    "key", ["push_users", "update", "deactivate", "reactivate", "push_groups", "members", "rename"]
)
def test_what_did_not_come_true_is_told(key: str, directory: Directory) -> None:
    stage = stages(directory)[key]
    with pytest.raises(Unmet):
        stage.check(Outcome(ok=True, sentence=""))


def test_a_stage_ends_at_the_first_refusal() -> None:
    steps, outcome = played(stages(Nobody())["push_users"])
    assert len(steps) == 1
    assert not outcome.ok
