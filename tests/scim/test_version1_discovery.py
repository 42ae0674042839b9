"""What SCIM 1.1 tells of this service provider, beside what 2.0 tells."""

from __future__ import annotations

from typing import Any

import pytest

from resources import schema_documents
from server.scim import messages
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry
from server.scim.version1 import CORE_URN, ENTERPRISE_URN
from server.scim.version1_discovery import provider_config, resource_type, schemas

BASE = "https://perch.example.com/scim/v1"
REGISTRY = load_registry(schema_documents())
SCHEMAS = {one["id"]: one for one in schemas(REGISTRY.documents, BASE)}


def attribute(schema: str, name: str) -> Any:
    return next(one for one in SCHEMAS[schema]["attributes"] if one["name"] == name)


def test_the_configuration_says_of_1_1_what_is_true_there() -> None:
    config = provider_config(messages.service_provider_config(BASE), BASE)
    assert config["schemas"] == [CORE_URN, messages.OKTA_PROVIDER_CONFIG_URN]
    assert config["patch"] == {"supported": True}
    assert config["bulk"] == config["xmlDataFormat"] == {"supported": False}
    assert "pagination" not in config
    assert [one["type"] for one in config["authenticationSchemes"]] == ["oauthbearertoken", "httpbasic"]
    assert all(set(one) >= {"name", "description", "specUrl"} for one in config["authenticationSchemes"])
    assert config["meta"] == {"location": f"{BASE}/ServiceProviderConfigs"}
    capabilities = config[messages.OKTA_PROVIDER_CONFIG_URN]["userManagementCapabilities"]
    assert capabilities == list(messages.OKTA_CAPABILITIES)


def test_the_schemas_are_those_of_users_and_groups() -> None:
    assert {name: (one["schema"], one["endpoint"]) for name, one in SCHEMAS.items()} == {
        f"{CORE_URN}:User": (CORE_URN, "/Users"),
        f"{CORE_URN}:Group": (CORE_URN, "/Groups"),
        f"{ENTERPRISE_URN}:User": (ENTERPRISE_URN, "/Users"),
    }
    assert SCHEMAS[f"{CORE_URN}:User"]["meta"] == {"location": f"{BASE}/Schemas/{CORE_URN}:User"}


def test_an_attribute_is_described_in_the_words_of_1_1() -> None:
    user_name = attribute(f"{CORE_URN}:User", "userName")
    assert user_name.pop("description")
    assert user_name == {
        "name": "userName",
        "type": "string",
        "readOnly": False,
        "required": True,
        "caseExact": False,
        "schema": CORE_URN,
        "multiValued": False,
    }
    emails = attribute(f"{CORE_URN}:User", "emails")
    assert emails["multiValuedAttributeChildName"] == "email"
    assert {"work", "home"} <= set(
        next(one for one in emails["subAttributes"] if one["name"] == "type")["canonicalValues"]
    )
    assert attribute(f"{CORE_URN}:User", "groups")["readOnly"] is True


def test_a_manager_has_a_manager_id_and_a_member_no_reference() -> None:
    manager = attribute(f"{ENTERPRISE_URN}:User", "manager")
    assert {"managerId", "$ref"} <= {one["name"] for one in manager["subAttributes"]}
    members = attribute(f"{CORE_URN}:Group", "members")
    assert "$ref" not in {one["name"] for one in members["subAttributes"]}


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_word_of_2_0_is_left(name: str) -> None:
    document = SCHEMAS[name]
    assert "urn:ietf" not in str(document)
    words = {
        word for one in document["attributes"] for word in (*one, *(w for s in one.get("subAttributes", ()) for w in s))
    }
    assert words & {"mutability", "returned", "uniqueness", "referenceTypes"} == set()


def test_the_resource_types_are_told_with_the_urns_of_1_1() -> None:
    user, group = map(resource_type, messages.resource_types(REGISTRY, BASE))
    assert (user["schemas"], user["schema"], group["schema"]) == ([CORE_URN], CORE_URN, CORE_URN)
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE_URN, "required": False}]
    assert "schemaExtensions" not in group
    assert user["meta"] == {"location": f"{BASE}/ResourceTypes/User"}
    assert {USER_URN, ENTERPRISE_USER_URN} & {str(value) for value in user.values()} == set()
