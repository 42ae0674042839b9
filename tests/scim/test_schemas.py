from __future__ import annotations

from typing import Any

import pytest
import scim2_models

from resources import schema_documents
from server.scim.schemas import (
    COMMON_ATTRIBUTES,
    DEFAULT_REQUIRED,
    ENTERPRISE_USER_URN,
    GROUP_URN,
    USER_URN,
    load_registry,
)

REGISTRY = load_registry(schema_documents())


def definition(registry: Any, urn: Any, *path: str) -> Any:
    document = next(document for document in registry.documents if document["id"] == urn)
    definitions = document["attributes"]
    found = {}
    for name in path:
        found = next(item for item in definitions if item["name"] == name)
        definitions = found.get("subAttributes", ())
    return found


def required_paths(registry: Any, urn: Any = USER_URN) -> Any:
    document = next(document for document in registry.documents if document["id"] == urn)
    for outer in document["attributes"]:
        if outer["required"]:
            yield outer["name"]
        yield from (f"{outer['name']}.{inner['name']}" for inner in outer.get("subAttributes", ()) if inner["required"])


def test_users_and_groups_are_found_by_the_segment_of_their_url() -> None:
    assert REGISTRY.by_endpoint == {"Users": REGISTRY.user, "Groups": REGISTRY.group}
    assert (REGISTRY.user.endpoint, REGISTRY.group.endpoint) == ("/Users", "/Groups")


def test_attributes_are_found_without_case_and_the_common_ones_are_among_them() -> None:
    assert REGISTRY.user.attributes["username"].name == "userName"
    assert REGISTRY.user.attributes["externalid"] is COMMON_ATTRIBUTES["externalid"]
    assert REGISTRY.group.attributes["members"].sub_attributes["$ref"].type == "reference"
    assert REGISTRY.user.extensions[ENTERPRISE_USER_URN.lower()].attributes["costcenter"].name == "costCenter"


def test_the_common_attributes_are_in_no_served_user_or_group_document() -> None:
    for urn in (USER_URN, GROUP_URN):
        document = next(document for document in REGISTRY.documents if document["id"] == urn)
        assert not {"id", "externalId", "meta", "schemas"} & {item["name"] for item in document["attributes"]}


def test_robins_profile_is_required_by_default_and_userName_always() -> None:
    assert set(required_paths(REGISTRY)) == {
        "userName",
        "name",
        "name.givenName",
        "name.familyName",
        "emails",
        "emails.value",
    }
    assert set(required_paths(load_registry(schema_documents(), required=()))) == {"userName"}


def test_a_required_attribute_of_an_extension_is_written_with_its_urn_in_any_case() -> None:
    registry = load_registry(schema_documents(), required=[f"{ENTERPRISE_USER_URN.upper()}:manager.VALUE"])
    assert definition(registry, ENTERPRISE_USER_URN, "manager", "value")["required"] is True
    assert definition(registry, ENTERPRISE_USER_URN, "manager")["required"] is True
    assert definition(registry, ENTERPRISE_USER_URN, "department")["required"] is False


@pytest.mark.parametrize("path", ["nickname.first", "shoeSize", "groups", "password", "name.", "urn:x:y"])
def test_a_path_that_no_client_can_fill_is_named_in_the_error(path: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot be required") as raised:
        load_registry(schema_documents(), required=[path])
    assert repr(path) in str(raised.value)


def test_a_missing_document_is_named() -> None:
    with pytest.raises(ValueError, match=r"core:2\.0:Group is missing"):
        load_registry([document for document in schema_documents() if document["id"] != GROUP_URN])


def test_the_documents_given_stay_as_they_are() -> None:
    documents = schema_documents()
    load_registry(documents, required=DEFAULT_REQUIRED)
    assert documents == schema_documents()


def test_every_document_is_a_schema_to_an_independent_reader() -> None:
    for document in REGISTRY.documents:
        schema = scim2_models.Schema.model_validate(document)
        assert schema.id == document["id"]


@pytest.mark.parametrize(
    ("model", "urn"),
    [
        (scim2_models.User, USER_URN),
        (scim2_models.Group, GROUP_URN),
        (scim2_models.EnterpriseUser, ENTERPRISE_USER_URN),
    ],
)
def test_every_attribute_of_the_rfc_is_defined_with_its_type_and_plurality(model: Any, urn: Any) -> None:
    ours = {item["name"]: item for item in next(d for d in REGISTRY.documents if d["id"] == urn)["attributes"]}
    theirs = {item.name: item for item in model.to_schema().attributes}
    assert ours.keys() == theirs.keys()
    for name, attribute in theirs.items():
        assert (ours[name]["type"], ours[name]["multiValued"]) == (attribute.type, attribute.multi_valued)
        assert ours[name]["mutability"] == attribute.mutability.value
        assert ours[name]["returned"] == attribute.returned.value
        sub_attributes = {item.name: item.type for item in attribute.sub_attributes or ()}
        assert {item["name"]: item["type"] for item in ours[name].get("subAttributes", ())} == sub_attributes


def test_the_documents_come_in_the_order_of_the_files() -> None:
    assert [document["name"] for document in REGISTRY.documents] == [
        "User",
        "EnterpriseUser",
        "Group",
        "ServiceProviderConfig",
        "ResourceType",
        "Schema",
    ]


def test_unique_names_say_so() -> None:
    assert definition(REGISTRY, USER_URN, "userName")["uniqueness"] == "server"
    assert definition(REGISTRY, GROUP_URN, "displayName")["uniqueness"] == "server"
    assert (REGISTRY.user.unique_attribute, REGISTRY.group.unique_attribute) == ("userName", "displayName")
