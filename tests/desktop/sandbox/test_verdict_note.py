from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.sandbox.verdict_note import VerdictNote
from server.okta.tenant import Outcome
from tests.desktop.sandbox.steps import refused

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def note(qtbot: QtBot) -> VerdictNote:
    made = VerdictNote()
    qtbot.addWidget(made)
    return made


def test_a_refusal_is_told_in_oktas_words_with_its_source_and_the_remedy(note: VerdictNote) -> None:
    step = refused()
    note.say_verdict(step)
    heard = note.accessibleName()
    assert note.tone == "err"
    assert "Okta shows its admin:" in heard
    assert "Errors reported by remote server: userName is taken" in heard
    assert step.verdict.source in heard
    assert step.verdict.remedy in heard


def test_a_good_end_is_green_and_in_oktas_words(note: VerdictNote) -> None:
    note.say_outcome(Outcome(ok=True, sentence="Ada Lovelace was provisioned."))
    assert note.tone == "ok"
    assert "Ada Lovelace was provisioned." in note.accessibleName()


def test_a_bad_end_tells_the_request_that_was_refused(note: VerdictNote) -> None:
    note.say_outcome(Outcome(ok=False, sentence="Automatic provisioning failed.", refused=refused()))
    assert note.tone == "err"
    assert "Automatic provisioning failed." in note.accessibleName()
    assert "Remedy" in note.accessibleName()


def test_a_feature_that_is_off_is_told_without_a_request(note: VerdictNote) -> None:
    note.say_outcome(Outcome(ok=False, sentence="Create Users is not enabled."))
    assert note.tone == "err"


def test_a_wait_is_amber(note: VerdictNote) -> None:
    note.say_waiting("Okta waits 300 seconds.")
    assert note.tone == "warn"
