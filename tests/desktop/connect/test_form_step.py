from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.connect.form_step import FormStep
from desktop.connect.forms import FORMS, AppKind
from desktop.connect.snapshot import Snapshot
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import By, Request
from tests.desktop.connect.conftest import issue, texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def step(desk: Desk, qtbot: QtBot) -> FormStep:
    made = FormStep(3, desk.workspace, desk.clipboard)
    qtbot.addWidget(made)
    made.resize(640, 700)
    made.show()
    return made


@pytest.mark.parametrize("kind", AppKind)
def test_every_label_of_a_form_can_be_read_and_no_other_form(step: FormStep, kind: AppKind) -> None:
    step.show_kind(kind)
    found = set(texts(step))
    for entry in FORMS[kind].connect.entries:
        assert entry.label in found
    assert FORMS[kind].about in found
    assert [one for one, form in step.forms.items() if form.isVisible()] == [kind]


def test_each_form_has_an_address_of_its_own(step: FormStep) -> None:
    step.show_urls({AppKind.CUSTOM: "https://one", AppKind.CATALOG: "https://two", AppKind.AGENT: ""})
    fields = {kind: form.base_url for kind, form in step.forms.items()}
    assert {kind: field.value for kind, field in fields.items() if field is not None} == {
        AppKind.CUSTOM: "https://one",
        AppKind.CATALOG: "https://two",
        AppKind.AGENT: "—",
    }
    agents = fields[AppKind.AGENT]
    assert agents is not None
    assert not agents.button.isEnabled()


def test_the_token_is_offered_in_each_form_as_it_may_be_seen(desk: Desk, step: FormStep) -> None:
    issued = issue(desk)
    step.show_token(issued.token)
    for kind in AppKind:
        step.show_kind(kind)
        shown = texts(step)
        assert f"{issued.token.prefix}…{issued.token.last_four}" in shown
        assert issued.secret not in " ".join(shown)


def test_it_is_green_when_okta_uses_what_was_filled_in(desk: Desk, step: FormStep) -> None:
    came = Request(desk.workspace.custody.now(), By.OKTA, "Okta", "t")
    step.show_snapshot(Snapshot(last_by_okta=came, labels={"t": "Production"}))
    assert (step.progress, step.detail) == (Progress.DONE, "Okta uses it: last just now, with Production.")
    step.show_snapshot(Snapshot(last_by_okta=replace(came, status=401)))
    assert step.progress is Progress.OPEN
