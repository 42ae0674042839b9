from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.people.form import ENTERPRISE
from desktop.people.profile import initials, manager_of, name_of, sections_of
from tests.desktop.people.persons import body

if TYPE_CHECKING:
    from server.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("ada", "A"), ("ada.lovelace@x.example", "A"), ("", "?"), ("Ada King Lovelace", "AL")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_is_called_by_the_first_name_there_is() -> None:
    assert name_of({"userName": "a", "displayName": "Ada"}) == "Ada"
    assert name_of({"userName": "a", "name": {"formatted": "Ada L."}}) == "Ada L."
    assert name_of({"userName": "a"}) == "a"


def test_every_attribute_is_shown_in_words() -> None:
    document = {
        "userName": "ada",
        "emails": [{"value": "a@x", "type": "work", "primary": True}, {"value": "b@x"}],
        "locale": "en-GB",
        "urn:example:badge:1.0:User": {"colour": "green"},
        ENTERPRISE: {"costCenter": "7", "manager": {"value": "42"}},
        "meta": {"created": "2026-01-02T03:04:05.000Z", "lastModified": "2026-01-02T03:04:05.000Z"},
    }
    facts = {name: value for _, facts in sections_of(document, "Grace Hopper") for name, value in facts}
    assert facts["Username"] == "ada"
    assert facts["Email"] == "a@x (work) · primary\nb@x"
    assert facts["Locale"] == "en-GB"
    assert facts["Colour"] == "green"
    assert facts["Cost center"] == "7"
    assert facts["Manager"] == "Grace Hopper"
    assert facts["Created"].startswith("Jan 2, 2026")


def test_a_manager_is_named_where_they_are_known(workspace: Workspace) -> None:
    grace = workspace.create("User", body("Grace Hopper")).resource_id
    assert manager_of(workspace, {ENTERPRISE: {"manager": {"value": grace}}}) == "Grace Hopper"
    assert manager_of(workspace, {ENTERPRISE: {"manager": {"value": "m-7"}}}) == "m-7"
    assert manager_of(workspace, {ENTERPRISE: {}}) == ""
