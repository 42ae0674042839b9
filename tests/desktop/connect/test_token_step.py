from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.connect.token_step import TokenStep
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import By, Request
from tests.desktop.connect.conftest import click, issue

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def step(desk: Desk, qtbot: QtBot) -> TokenStep:
    made = TokenStep(1, desk.workspace, desk.clipboard)
    qtbot.addWidget(made)
    made.show()
    return made


def test_without_a_token_there_is_one_thing_to_do(step: TokenStep, qtbot: QtBot) -> None:
    assert not step.box.isVisible()
    assert not step.copy.isVisible()
    with qtbot.waitSignal(step.generate_wanted):
        click(qtbot, step.generate_button)


def test_the_first_is_chosen_and_a_choice_stays(desk: Desk, step: TokenStep) -> None:
    one, two, three = (issue(desk, name).token for name in ("One", "Two", "Three"))
    step.show_tokens([one, two])
    assert step.token == one
    assert step.choose(two.id)
    step.show_tokens([two, one])
    assert step.token == two
    assert not step.choose("nobody's")
    step.show_tokens([one, two, three])
    assert step.token == three
    step.show_tokens([one])
    assert step.token == one


def test_test_tokens_and_old_ones_are_marked(desk: Desk, step: TokenStep) -> None:
    test = issue(desk, "Trying", test=True).token
    old = issue(desk, "Production").token
    desk.workspace.custody.rotate(old.id)
    step.show_tokens([test, desk.workspace.tokens.find(old.id)])
    assert step.box.itemText(0).endswith("· test token")
    assert step.box.itemText(1).endswith("· being replaced")


def test_it_is_green_once_okta_used_this_token_and_not_another(desk: Desk, step: TokenStep) -> None:
    token, other = issue(desk, "Production").token, issue(desk, "Other").token
    now = desk.workspace.custody.now()
    step.show_tokens([token, other], Request(now, By.OKTA, "Okta", token.id))
    assert (step.progress, step.detail) == (Progress.DONE, "Used by Okta just now.")
    step.choose(other.id)
    assert (step.progress, step.detail) == (Progress.OPEN, "Okta has not used this token yet.")
