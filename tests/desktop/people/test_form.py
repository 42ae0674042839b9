from __future__ import annotations

from typing import Any

from desktop.people.form import (
    ENTERPRISE,
    MANAGER,
    Values,
    complaints,
    document_of,
    operations_of,
    values_of,
)
from server.scim.errors import InvalidValue, Uniqueness

DOCUMENT: dict[str, Any] = {
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace", "middleName": "King"},
    "emails": [{"value": "ada@x.example", "type": "work", "primary": True, "display": "Ada's"}],
    "nickName": "Countess",
    "active": True,
    ENTERPRISE: {"department": "Engines", "manager": {"value": "42"}},
}


def test_nothing_changed_is_no_operation() -> None:
    assert operations_of(values_of(DOCUMENT), values_of(DOCUMENT)) == []


def test_an_edit_names_only_what_was_changed() -> None:
    now = values_of(DOCUMENT)
    now.texts["name.givenName"] = " Augusta "
    now.texts[f"{ENTERPRISE}:department"] = ""
    now.manager = None
    now.active = False
    assert operations_of(values_of(DOCUMENT), now) == [
        {"op": "replace", "path": "name.givenName", "value": "Augusta"},
        {"op": "remove", "path": f"{ENTERPRISE}:department"},
        {"op": "remove", "path": MANAGER},
        {"op": "replace", "path": "active", "value": False},
    ]


def test_a_changed_address_keeps_what_the_form_does_not_show_of_it() -> None:
    now = values_of(DOCUMENT)
    now.lists["emails"][0]["value"] = "countess@x.example"
    now.lists["emails"].append({"value": "  ", "type": "home"})
    (operation,) = operations_of(values_of(DOCUMENT), now)
    assert operation["value"] == [{"value": "countess@x.example", "type": "work", "primary": True, "display": "Ada's"}]


def test_a_new_person_has_what_was_filled_in_and_no_more() -> None:
    values = Values()
    values.texts["userName"] = "ada"
    values.texts["name.familyName"] = "Lovelace"
    values.texts[f"{ENTERPRISE}:costCenter"] = "7"
    values.lists["emails"] = [{"value": "a@x.example", "type": "work"}, {"value": ""}]
    document = document_of(values)
    assert document["name"] == {"familyName": "Lovelace"}
    assert document["emails"] == [{"value": "a@x.example", "type": "work"}]
    assert document[ENTERPRISE] == {"costCenter": "7"}
    assert document["schemas"][1:] == [ENTERPRISE]
    assert "title" not in document


def test_a_refusal_is_about_the_fields_that_it_names() -> None:
    error = InvalidValue("name.givenName and emails are required: map them in Okta.")
    assert set(complaints(error)) == {"name.givenName", "emails"}
    assert "Okta" not in "".join(complaints(error).values())
    taken = Uniqueness("User already exists: the userName 'A' is taken (capitals do not count).")
    assert complaints(taken) == {"userName": taken.detail}
    assert complaints(InvalidValue("department must be a string.")) == {
        f"{ENTERPRISE}:department": "department must be a string."
    }


def test_a_refusal_that_names_no_field_is_about_none() -> None:
    assert complaints(InvalidValue("The body is too strange. Subtitles are not displayNames.")) == {}
