from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.connect.forms import AppKind
from desktop.connect.rollout_steps import RolloutStep
from desktop.connect.snapshot import Snapshot
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import CHECKS, By, Seen
from tests.desktop.connect.conftest import texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def step(desk: Desk, qtbot: QtBot) -> RolloutStep:
    del desk
    made = RolloutStep(6, "Groups", "Not yet.", slice(2, None), ("import_groups", "push_groups"))
    qtbot.addWidget(made)
    return made


def seen(desk: Desk, **by: By) -> Snapshot:
    now = desk.workspace.custody.now()
    return Snapshot(
        seen=[
            Seen(check, by[check.name], now, 1, "Production") if check.name in by else Seen(check) for check in CHECKS
        ]
    )


def test_it_is_green_when_all_its_features_have_come(desk: Desk, step: RolloutStep) -> None:
    step.show_snapshot(seen(desk, push_groups=By.OKTA, test=By.OKTA))
    assert (step.progress, step.detail) == (
        Progress.OPEN,
        "1 of 2 seen from Okta, last just now with Production.",
    )
    step.show_snapshot(seen(desk, push_groups=By.OKTA, import_groups=By.OKTA))
    assert step.progress is Progress.DONE


def test_what_only_a_test_token_did_is_tried(desk: Desk, step: RolloutStep) -> None:
    step.show_snapshot(seen(desk, push_groups=By.TEST))
    assert (step.progress, step.detail) == (Progress.TRIED, "Tried, but not by Okta yet.")
    step.show_snapshot(seen(desk))
    assert (step.progress, step.detail) == (Progress.OPEN, "Not yet.")


def test_the_agent_has_words_of_its_own(step: RolloutStep) -> None:
    assert any("By name or by rule" in text for text in texts(step))
    step.show_kind(AppKind.AGENT)
    assert any("Some versions of the agent" in text for text in texts(step))
    assert not any("By name or by rule" in text for text in texts(step))
