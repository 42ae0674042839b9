"""The data that ships: complete, fresh at each call, in the form of RFC 7643 §7."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

import resources
from resources import SCHEMA_FILES, company_document, schema_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = dict(zip(SCHEMA_FILES, schema_documents(), strict=True))
TYPES = {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
CHARACTERISTICS = {
    "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
    "returned": {"always", "never", "default", "request"},
    "uniqueness": {"none", "server", "global"},
}


def attributes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for attribute in document.get("attributes", document.get("subAttributes", ())):
        yield attribute
        yield from attributes(attribute)


def test_every_schema_that_ships_is_listed() -> None:
    shipped = {entry.name for entry in (files("resources") / "schemas").iterdir() if entry.name.endswith(".json")}
    assert shipped == {f"{name}.json" for name in SCHEMA_FILES}


def test_each_call_gives_a_copy_of_its_own() -> None:
    schema_documents()[0]["attributes"].clear()
    assert schema_documents()[0]["attributes"]


def test_an_incomplete_installation_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "SCHEMA_FILES", ("User", "Missing"))
    with pytest.raises(FileNotFoundError, match=r"Missing\.json"):
        schema_documents()


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_a_schema_has_the_form_of_rfc_7643_7(name: str) -> None:
    document = DOCUMENTS[name]
    assert document["id"].startswith("urn:ietf:params:scim:schemas:")
    assert document["id"].endswith(f":{name.removeprefix('Enterprise')}")
    assert document["name"]
    assert document["description"]
    for attribute in attributes(document):
        assert attribute["type"] in TYPES, attribute
        assert attribute["description"], attribute
        assert type(attribute["multiValued"]) is bool
        assert type(attribute["required"]) is bool
        assert ("subAttributes" in attribute) is (attribute["type"] == "complex"), attribute["name"]
        for characteristic, values in CHARACTERISTICS.items():
            assert attribute.get(characteristic, next(iter(values))) in values, attribute


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_no_name_stands_twice_whatever_its_case(name: str) -> None:
    pending = [DOCUMENTS[name], *attributes(DOCUMENTS[name])]
    for holder in pending:
        names = [one["name"].lower() for one in holder.get("attributes", holder.get("subAttributes", ()))]
        assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("name", ["names", "work", "here"])
def test_the_invented_company_is_there_a_new_copy_at_each_call(name: str) -> None:
    first = company_document(name)
    assert first
    assert company_document(name) == first
    assert company_document(name) is not first


def test_every_file_that_makes_a_service_is_there() -> None:
    shipped = {entry.name for entry in (files("resources") / "service").iterdir()} - {"README.md"}
    assert shipped == {"perch.service", "perch-user.service", "perch.plist", "perch.xml"}
    for name in shipped:
        assert "{{" in resources.service_template(name)
