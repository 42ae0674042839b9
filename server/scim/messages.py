"""Messages: the list response, and the documents by which a client discovers what is served (RFC 7644 §4).

Belongs here: their shape, and the truth about what is supported, taken from the modules that do it. Must not
know: how an answer is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from server.scim.cursor import TIMEOUT
from server.scim.query import DEFAULT_COUNT, MAX_COUNT
from server.scim.schemas import RESOURCE_TYPE_URN, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.scim.schema import ResourceType
    from server.scim.schemas import Registry

LIST_RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MAX_BULK_OPERATIONS = 1_000
MAX_BULK_PAYLOAD = 16 * 1024 * 1024
"""Bytes of a Bulk body where no setting says otherwise."""

_LIST_HEAD = f'{{"schemas":["{LIST_RESPONSE_URN}"],"totalResults":'


def list_response(
    total: int,
    start_index: int | None,
    resources: Sequence[str],
    *,
    next_cursor: str | None = None,
    previous_cursor: str | None = None,
) -> bytes:
    """Give a ListResponse (RFC 7644 §3.4.2) around resources that are finished JSON texts, by joining.

    ``start_index`` is None for a page of a cursor (RFC 9865 §2). Its numbers are JSON numbers, or Okta stops
    without a word (OKTA.md A26); itemsPerPage is the number of resources in this page (A27).
    """
    head = f"{_LIST_HEAD}{total}"
    if start_index is not None:
        head += f',"startIndex":{start_index}'
    head += f',"itemsPerPage":{len(resources)}'
    if next_cursor is not None:
        head += f',"nextCursor":{_json(next_cursor)}'
    if previous_cursor is not None:
        head += f',"previousCursor":{_json(previous_cursor)}'
    return f'{head},"Resources":[{",".join(resources)}]}}'.encode()


OKTA_PROVIDER_CONFIG_URN: Final = "urn:okta:schemas:scim:providerconfig:1.0"
OKTA_CAPABILITIES: Final = (
    "GROUP_PUSH",
    "IMPORT_NEW_USERS",
    "IMPORT_PROFILE_UPDATES",
    "OPP_SCIM_INCREMENTAL_IMPORTS",
    "PUSH_NEW_USERS",
    "PUSH_PENDING_USERS",
    "PUSH_PROFILE_UPDATES",
    "PUSH_USER_DEACTIVATION",
    "REACTIVATE_USERS",
)
"""What is supported of Okta's list, which also has PUSH_PASSWORD_UPDATES: passwords are taken and forgotten here."""


_BASIC: Final = {
    "type": "httpbasic",
    "name": "HTTP Basic",
    "description": "A token made in Perch, sent as the password; the user name may be any.",
    "specUri": "https://www.rfc-editor.org/info/rfc7617",
}


def service_provider_config(
    base_url: str,
    *,
    max_bulk_operations: int = MAX_BULK_OPERATIONS,
    max_bulk_payload: int = MAX_BULK_PAYLOAD,
    basic: bool = True,
) -> dict[str, Any]:
    """Give the ServiceProviderConfig (RFC 7643 §5, RFC 9865 §4); ``base_url`` has no slash at its end.

    ``basic`` says that a token is taken as the password of HTTP Basic, too.
    """
    return {
        "schemas": [SERVICE_PROVIDER_CONFIG_URN],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": max_bulk_operations,
            "maxPayloadSize": max_bulk_payload,
        },
        "filter": {"supported": True, "maxResults": MAX_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
            "cursorTimeout": TIMEOUT,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A token made in Perch, sent in the Authorization header.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            },
            *([_BASIC] if basic else []),
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base_url}/ServiceProviderConfig",
        },
    }


def okta_provider_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Give the configuration as Okta's on-prem agent reads it, with Okta's extension (OKTA.md 2.3).

    Only for who may be the agent: scim2-client, as an example, refuses a ServiceProviderConfig with an extension.
    """
    return {
        **config,
        "schemas": [*config["schemas"], OKTA_PROVIDER_CONFIG_URN],
        OKTA_PROVIDER_CONFIG_URN: {"userManagementCapabilities": list(OKTA_CAPABILITIES)},
    }


def resource_types(registry: Registry, base_url: str) -> list[dict[str, Any]]:
    """Give the ResourceType documents (RFC 7643 §6); the ``id`` of each is its name, such as ``User``."""
    return [_resource_type(kind, base_url) for kind in registry.by_endpoint.values()]


def schemas(registry: Registry, base_url: str) -> list[dict[str, Any]]:
    """Give the Schema documents (RFC 7643 §7); the ``id`` of each is its URN."""
    return [
        {
            "schemas": [SCHEMA_URN],
            **document,
            "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{document['id']}"},
        }
        for document in registry.documents
    ]


def _resource_type(kind: ResourceType, base_url: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schemas": [RESOURCE_TYPE_URN],
        "id": kind.name,
        "name": kind.name,
        "description": kind.description,
        "endpoint": kind.endpoint,
        "schema": kind.schema.id,
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{kind.name}"},
    }
    if kind.extensions:
        # An extension with a required attribute is required itself (RFC 7643 §6).
        document["schemaExtensions"] = [
            {
                "schema": schema.id,
                "required": any(attribute.required for attribute in schema.attributes.values()),
            }
            for schema in kind.extensions.values()
        ]
    return document


def _json(text: str) -> str:
    return orjson.dumps(text).decode()
