from __future__ import annotations

from typing import Any

import orjson
import pytest
import scim2_models
from scim2_models import Context

from resources import schema_documents
from server.scim.cursor import TIMEOUT
from server.scim.messages import (
    LIST_RESPONSE_URN,
    list_response,
    okta_provider_config,
    resource_types,
    schemas,
    service_provider_config,
)
from server.scim.query import MAX_COUNT
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry

BASE = "https://perch.example.com/scim/v2"
REGISTRY = load_registry(schema_documents())


def test_a_list_is_joined_from_finished_resources() -> None:
    body = list_response(7, 3, ['{"id":"a"}', '{"id":"ü"}'])
    assert (
        body
        == (
            f'{{"schemas":["{LIST_RESPONSE_URN}"],"totalResults":7,"startIndex":3,"itemsPerPage":2,'
            '"Resources":[{"id":"a"},{"id":"ü"}]}'
        ).encode()
    )


def test_an_empty_page_says_so_in_numbers() -> None:
    assert orjson.loads(list_response(2, 101, [])) == {
        "schemas": [LIST_RESPONSE_URN],
        "totalResults": 2,
        "startIndex": 101,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_a_page_of_a_cursor_names_the_next_one_and_has_no_start() -> None:
    page = orjson.loads(list_response(100, None, ["{}"], next_cursor='a"b', previous_cursor="c"))
    assert (page["nextCursor"], page["previousCursor"]) == ('a"b', "c")
    assert "startIndex" not in page
    assert "nextCursor" not in orjson.loads(list_response(100, None, ["{}"]))


def test_an_independent_reader_takes_the_list() -> None:
    user = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"x"}'
    page = scim2_models.ListResponse[scim2_models.User[Any]].model_validate_json(
        list_response(1, 1, [user]), scim_ctx=Context.RESOURCE_QUERY_RESPONSE
    )
    assert page.total_results == 1


def test_an_independent_reader_takes_the_configuration() -> None:
    document = service_provider_config(BASE)
    config = scim2_models.ServiceProviderConfig.model_validate(document, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    assert config.meta is not None
    assert config.meta.location == f"{BASE}/ServiceProviderConfig"
    assert document["filter"] == {"supported": True, "maxResults": MAX_COUNT}
    assert document["pagination"]["cursorTimeout"] == TIMEOUT
    assert document["changePassword"] == {"supported": False}


def test_the_on_prem_agent_is_told_what_is_supported_and_that_passwords_are_not() -> None:
    config = service_provider_config(BASE)
    document = okta_provider_config(config)
    urn = "urn:okta:schemas:scim:providerconfig:1.0"
    assert document["schemas"] == [*config["schemas"], urn]
    capabilities = document.pop(urn)["userManagementCapabilities"]
    assert {"PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION", "REACTIVATE_USERS", "GROUP_PUSH"} <= set(capabilities)
    assert "PUSH_PASSWORD_UPDATES" not in capabilities
    assert {**document, "schemas": config["schemas"]} == config


def test_the_limits_of_bulk_are_the_ones_in_force() -> None:
    bulk = service_provider_config(BASE, max_bulk_operations=5, max_bulk_payload=1024)["bulk"]
    assert bulk == {"supported": True, "maxOperations": 5, "maxPayloadSize": 1024}
    assert service_provider_config(BASE)["bulk"] == {
        "supported": True,
        "maxOperations": 1000,
        "maxPayloadSize": 16_777_216,
    }


def test_resource_types_say_where_they_are_and_what_extends_them() -> None:
    user, group = resource_types(REGISTRY, BASE)
    assert (user["id"], user["endpoint"], user["schema"]) == ("User", "/Users", USER_URN)
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE_USER_URN, "required": False}]
    assert user["meta"] == {"resourceType": "ResourceType", "location": f"{BASE}/ResourceTypes/User"}
    assert "schemaExtensions" not in group
    for document in (user, group):
        scim2_models.ResourceType.model_validate(document, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def test_an_extension_with_a_required_attribute_is_required() -> None:
    strict = load_registry(schema_documents(), required=[f"{ENTERPRISE_USER_URN}:department"])
    assert resource_types(strict, BASE)[0]["schemaExtensions"][0]["required"] is True


def test_every_schema_names_itself_and_its_place() -> None:
    documents = schemas(REGISTRY, BASE)
    assert len(documents) == len(REGISTRY.documents)
    for document in documents:
        assert document["meta"] == {"resourceType": "Schema", "location": f"{BASE}/Schemas/{document['id']}"}
        assert document["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:Schema"]
        scim2_models.Schema.model_validate(document, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


@pytest.mark.parametrize("name", ["User", "Group"])
def test_a_client_can_build_its_models_from_the_served_schemas(name: Any) -> None:
    document = next(document for document in schemas(REGISTRY, BASE) if document["name"] == name)
    model = scim2_models.Resource.from_schema(scim2_models.Schema.model_validate(document))
    assert model.__name__ == name
