from __future__ import annotations

import pytest

from desktop import messages
from server.faults import Fault, FaultCode
from server.workspace import Misfit, Outcome, ScimError, UnfitWebhook


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


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.STORED])
def test_a_secret_that_the_keyring_does_not_keep_or_give_has_a_remedy(outcome: Outcome) -> None:
    refused = UnfitWebhook("… --secret-file", Misfit.KEYRING, outcome)
    for said in (str(messages.worded(refused)), messages.of_secret_not_kept(outcome)):
        assert ": " in said
        assert said.endswith(".")
        assert "--" not in said


@pytest.mark.parametrize("misfit", [Misfit.PLAIN_HTTP, Misfit.TAKEN])
def test_what_a_webhook_cannot_be_names_no_command(misfit: Misfit) -> None:
    message = messages.worded(UnfitWebhook("…: `perch webhook list`, --plain-http", misfit))
    assert message.remedy
    assert "perch" not in str(message)
    assert "--" not in str(message)


def test_what_else_is_unfit_keeps_its_words() -> None:
    assert str(messages.worded(UnfitWebhook("That is no address: give one."))) == "That is no address: give one."


def test_what_scim_refuses_keeps_its_words() -> None:
    assert str(messages.worded(ScimError("userName is required: map it."))) == "userName is required: map it."


def test_a_bug_is_told_without_its_inside() -> None:
    message = str(messages.worded(RuntimeError("perch_live_secret")))
    assert "RuntimeError" in message
    assert "secret" not in message
