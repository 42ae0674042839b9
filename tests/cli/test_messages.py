"""Every fault has a sentence and a remedy."""

from __future__ import annotations

import pytest

from server.cli.messages import FAULTS, KEYRING, NO_COPY, worded
from server.faults import Fault, FaultCode, StoreUnavailable
from server.scim.errors import InvalidValue, NotFound
from server.tokens import TokenRule, TokenRuleError
from server.vault import Outcome


@pytest.mark.parametrize("code", FaultCode)
def test_a_fault_is_worded_with_its_fact(code: FaultCode) -> None:
    sentence = worded(StoreUnavailable(code, "the very thing"))
    assert "the very thing" in sentence
    assert "\n" not in sentence
    assert code.value not in sentence
    if code is not FaultCode.SETTING_INVALID:  # whose detail is the sentence
        assert sentence.endswith(".")
        assert sentence.count(". ") >= 1 or ": " in sentence, "a fact and a remedy"


def test_no_wording_is_left_over() -> None:
    assert set(FAULTS) == set(FaultCode)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_the_keyring_is_worded(outcome: Outcome) -> None:
    assert KEYRING[outcome].endswith(".")
    assert outcome is Outcome.STORED or NO_COPY[outcome].endswith(".")
    assert outcome is Outcome.STORED or "note the token" in KEYRING[outcome]


def test_a_damaged_log_needs_no_backup() -> None:
    sentence = worded(StoreUnavailable(FaultCode.DATABASE_CORRUPT, "data/activity.db"))
    assert "Delete it" in sentence
    assert "restore" not in sentence


def test_braces_in_a_fact_are_only_text() -> None:
    assert "{x}" in worded(Fault(FaultCode.PORT_IN_USE, "{x}"))


def test_who_types_is_told_to_type_what_is_missing() -> None:
    error = InvalidValue("title is required: map it in Okta.", missing=("title",))
    assert worded(error) == "title is required: give each as ATTRIBUTE=VALUE, such as title=…."
    nameless = InvalidValue("displayName is required: send it.", missing=("displayName",))
    assert worded(nameless) == "displayName is required: give a name."


def test_rules_word_themselves() -> None:
    assert worded(TokenRuleError(TokenRule.LABEL, "The label is empty.")) == "The label is empty."
    assert worded(NotFound("There is nobody.")) == "There is nobody."
