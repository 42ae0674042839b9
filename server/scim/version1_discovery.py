"""What SCIM 1.1 tells of a service provider, from the same truth as 2.0 (draft-scim-core-schema-01 §9, §10).

Belongs here: ServiceProviderConfigs, schemas and resource types in 1.1 form. Must not know: how they are served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.scim.messages import okta_provider_config
from server.scim.schemas import ENTERPRISE_USER_URN, GROUP_URN, USER_URN
from server.scim.version1 import CORE_URN, ENTERPRISE_URN, urns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOT_OFFERED = {"supported": False}
_SCHEMAS = {
    USER_URN: (f"{CORE_URN}:User", CORE_URN, "/Users"),
    GROUP_URN: (f"{CORE_URN}:Group", CORE_URN, "/Groups"),
    ENTERPRISE_USER_URN: (f"{ENTERPRISE_URN}:User", ENTERPRISE_URN, "/Users"),
}
"""Id, URN and endpoint of a schema, by its 2.0 URN: in 1.1 users and groups share one URN, so the id says which."""


def provider_config(config: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Give the ServiceProviderConfig with Okta's extension (OKTA.md 2.3); ``config`` is the one of 2.0.

    There is no Bulk and no XML below /scim/v1, and 1.1 has no word for cursors.
    """
    former = {
        "schemas": urns(config["schemas"]),
        **{name: config[name] for name in ("patch", "filter", "changePassword", "sort", "etag")},
        "bulk": _NOT_OFFERED,
        "xmlDataFormat": _NOT_OFFERED,
        "authenticationSchemes": [
            {"specUrl" if name == "specUri" else name: value for name, value in scheme.items()}
            for scheme in config["authenticationSchemes"]
        ],
        "meta": {"location": f"{base_url}/ServiceProviderConfigs"},
    }
    return okta_provider_config(former)


def resource_type(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a ResourceType of 2.0 with 1.1's URNs; 1.1 has no such document, yet Okta's suite knew its endpoint."""
    former = {
        **document,
        "schemas": urns(document["schemas"]),
        "schema": urns([document["schema"]])[0],
        "meta": {"location": document["meta"]["location"]},
    }
    if "schemaExtensions" in document:
        extensions = document["schemaExtensions"]
        former["schemaExtensions"] = [{**one, "schema": urns([one["schema"]])[0]} for one in extensions]
    return former


def schemas(documents: Iterable[Mapping[str, Any]], base_url: str) -> list[dict[str, Any]]:
    """Give the Schemas of 2.0 that 1.1 has as well, in 1.1 form: those of users and groups."""
    return [_schema(one, *_SCHEMAS[one["id"]], base_url) for one in documents if one["id"] in _SCHEMAS]


def _schema(document: Mapping[str, Any], schema_id: str, urn: str, endpoint: str, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [CORE_URN],
        "id": schema_id,
        "name": document["name"],
        "description": document["description"],
        "schema": urn,
        "endpoint": endpoint,
        "attributes": [_attribute(one, urn) for one in document["attributes"]],
        "meta": {"location": f"{base_url}/Schemas/{schema_id}"},
    }


def _attribute(definition: Mapping[str, Any], urn: str) -> dict[str, Any]:
    former = {**_definition(definition), "schema": urn, "multiValued": definition["multiValued"]}
    if definition["multiValued"]:
        # The name of one value in XML, which 1.1 asks for although this one is never written.
        former["multiValuedAttributeChildName"] = definition["name"].removesuffix("s")
    parts = definition.get("subAttributes")
    if parts:
        manager = urn == ENTERPRISE_URN and definition["name"] == "manager"
        former["subAttributes"] = [
            {**_definition(part), "name": "managerId" if manager and part["name"] == "value" else part["name"]}
            for part in parts
            if part["name"] != "$ref" or manager
        ]
    return former


def _definition(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Give what 1.1 says of an attribute and of a part of one alike."""
    former = {
        "name": definition["name"],
        "type": "string" if definition["type"] == "reference" else definition["type"],
        "description": definition["description"],
        "readOnly": definition["mutability"] == "readOnly",
        "required": definition["required"],
        "caseExact": definition.get("caseExact", False),
    }
    values = definition.get("canonicalValues")
    return {**former, "canonicalValues": list(values)} if values else former
