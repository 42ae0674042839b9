from __future__ import annotations

import pytest

from desktop import messages
from server.faults import Fault, FaultCode
from server.workspace import Outcome, ScimError


@pytest.mark.parametrize("code", FaultCode)
def test_each_fault_has_a_sentence_with_the_fact_and_a_remedy(code: FaultCode) -> None:
    message = messages.worded(Fault(code, "the fact"))
    assert "the fact" in message.sentence
    assert message.remedy.endswith(".")
    assert str(code) not in str(message), "a person does not read codes"


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_of_the_keyring_is_told_as_it_is(outcome: Outcome) -> None:
    message = messages.of_keeping(outcome, "GNOME Keyring")
    saved = message.sentence.startswith("Saved to GNOME Keyring")
    assert saved is (outcome is Outcome.STORED)
    assert saved is not message.sentence.startswith("Not saved")
    assert message.remedy


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.STORED])
def test_each_reason_for_no_copy_has_a_remedy(outcome: Outcome) -> None:
    assert messages.of_fetching(outcome).remedy


def test_what_scim_refuses_keeps_its_words() -> None:
    assert str(messages.worded(ScimError("userName is required: map it."))) == "userName is required: map it."


def test_a_bug_is_told_without_its_inside() -> None:
    message = str(messages.worded(RuntimeError("perch_live_secret")))
    assert "RuntimeError" in message
    assert "secret" not in message
