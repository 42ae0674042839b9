from __future__ import annotations

import pytest

from desktop.connect.forms import FORMS, AppKind, Fill, translated


@pytest.mark.parametrize("kind", AppKind)
def test_each_form_asks_once_for_the_address_and_once_for_the_token(kind: AppKind) -> None:
    fills = [entry.fill for entry in FORMS[kind].connect.entries]
    assert fills.count(Fill.BASE_URL) == 1
    assert fills.count(Fill.TOKEN) == 1


@pytest.mark.parametrize("kind", AppKind)
def test_what_is_neither_address_nor_token_is_said(kind: AppKind) -> None:
    form = FORMS[kind]
    for part in (form.create, form.connect, *form.rollout):
        for entry in part.entries:
            assert bool(entry.values) is (entry.fill not in {Fill.BASE_URL, Fill.TOKEN}), entry.label


def test_a_form_switches_on_what_the_checklist_waits_for() -> None:
    (to_app,) = FORMS[AppKind.CUSTOM].rollout[0].entries
    assert to_app.values == ("Create Users", "Update User Attributes", "Deactivate Users")


def test_without_a_translation_the_words_are_as_okta_has_them() -> None:
    assert translated("Authorization: Bearer") == "Authorization: Bearer"
