"""The registry: schema documents read into schemas and resource types (RFC 7643 §3.1, §6, §7, §8.7).

Belongs here: the URNs, the common attributes, which schema extends which, what is required. Must not know:
where the documents come from, requests, HTTP.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from server.scim.schema import NO_ATTRIBUTES, Attribute, ResourceType, Schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
SERVICE_PROVIDER_CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema"

DEFAULT_REQUIRED = ("userName", "name.givenName", "name.familyName", "emails")
"""What Robin's profile asks of every user; a setting may ask for less, or for more."""

_ALWAYS_REQUIRED = "userName"


def _by_name(attributes: Iterable[Attribute]) -> Mapping[str, Attribute]:
    return MappingProxyType({attribute.name.lower(): attribute for attribute in attributes})


COMMON_ATTRIBUTES = _by_name(
    (
        Attribute(
            "schemas",
            "reference",
            multi_valued=True,
            case_exact=True,
            mutability="readOnly",
            returned="always",
            reference_types=("uri",),
            description="The URIs of the schemas that the resource uses, computed from what it holds.",
        ),
        Attribute(
            "id",
            case_exact=True,
            mutability="readOnly",
            returned="always",
            uniqueness="server",
            description="The identifier that the service provider gave the resource; it never changes.",
        ),
        Attribute(
            "externalId",
            case_exact=True,
            description="The identifier that the provisioning client gave the resource.",
        ),
        Attribute(
            "meta",
            "complex",
            mutability="readOnly",
            description="What the service provider knows about the resource.",
            sub_attributes=_by_name(
                (
                    Attribute("resourceType", case_exact=True, mutability="readOnly"),
                    Attribute("created", "dateTime", mutability="readOnly"),
                    Attribute("lastModified", "dateTime", mutability="readOnly"),
                    Attribute("location", "reference", case_exact=True, mutability="readOnly"),
                    Attribute("version", case_exact=True, mutability="readOnly"),
                )
            ),
        ),
    )
)
"""The attributes of every resource (RFC 7643 §3.1); no served schema document lists them."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that this service provider knows about schemas, read once at startup."""

    user: ResourceType
    group: ResourceType
    schemas: tuple[Schema, ...]
    """Every schema, in the order of ``documents``."""
    by_endpoint: Mapping[str, ResourceType]
    """``Users`` and ``Groups``, without a slash, as the path segment stands in a URL."""
    documents: tuple[dict[str, Any], ...]
    """The schema documents as served: ``required`` says what is required here."""


def load_registry(documents: Iterable[Mapping[str, Any]], required: Collection[str] = DEFAULT_REQUIRED) -> Registry:
    """Read schema documents of RFC 7643 §7 form; ``required`` are paths of a user's attributes.

    These become required together with the attributes that hold them; a required list of complex values
    requires the ``value`` of each; nothing else of a user is required but userName. Extension attributes are
    written with their URN (``urn:…:User:department``). The input is not changed.

    Raises ValueError naming an unknown path or a missing schema document.
    """
    served = tuple(deepcopy(dict(document)) for document in documents)
    by_id: dict[str, dict[str, Any]] = {document["id"]: document for document in served}
    for urn in (USER_URN, ENTERPRISE_USER_URN, GROUP_URN):
        if urn not in by_id:
            raise ValueError(f"The schema document of {urn} is missing.")
    _require(by_id[USER_URN], by_id[ENTERPRISE_USER_URN], required)

    schemas = {urn: _schema(document) for urn, document in by_id.items()}
    enterprise_user = schemas[ENTERPRISE_USER_URN]
    user = _resource_type(schemas[USER_URN], "userName", (enterprise_user,), "A person with an account")
    group = _resource_type(schemas[GROUP_URN], "displayName", (), "A group of users")
    return Registry(
        user=user,
        group=group,
        schemas=tuple(schemas.values()),
        by_endpoint=MappingProxyType({kind.endpoint[1:]: kind for kind in (user, group)}),
        documents=served,
    )


def _require(user: dict[str, Any], enterprise_user: dict[str, Any], required: Collection[str]) -> None:
    for definition in (*user["attributes"], *enterprise_user["attributes"]):
        definition["required"] = False
        for sub_definition in definition.get("subAttributes", ()):
            sub_definition["required"] = False
    for path in (_ALWAYS_REQUIRED, *required):
        definitions = _definitions(user, enterprise_user, path)
        for definition in definitions:
            definition["required"] = True
        last = definitions[-1]
        if last["multiValued"]:
            for sub_definition in last.get("subAttributes", ()):
                if sub_definition["name"] == "value":
                    sub_definition["required"] = True


def _definitions(user: dict[str, Any], enterprise_user: dict[str, Any], path: str) -> tuple[dict[str, Any], ...]:
    """Find the definitions that a path passes through, from the outside in."""
    name, schema = path.lower(), user
    for candidate in (user, enterprise_user):
        prefix = candidate["id"].lower() + ":"
        if name.startswith(prefix):
            name, schema = name.removeprefix(prefix), candidate
    found: list[dict[str, Any]] = []
    definitions = schema["attributes"]
    for part in name.split("."):
        definition = next((item for item in definitions if item["name"].lower() == part), None)
        if definition is None or definition["mutability"] == "readOnly" or definition["returned"] == "never":
            raise ValueError(
                f"{path!r} cannot be required: no attribute that a client can set and read has this name. "
                f"Write it as in {', '.join(DEFAULT_REQUIRED)}."
            )
        found.append(definition)
        definitions = definition.get("subAttributes", ())
    return tuple(found)


def _resource_type(
    schema: Schema, unique_attribute: str, extensions: tuple[Schema, ...], description: str
) -> ResourceType:
    return ResourceType(
        name=schema.name,
        endpoint=f"/{schema.name}s",
        schema=schema,
        attributes=MappingProxyType({**COMMON_ATTRIBUTES, **schema.attributes}),
        extensions=MappingProxyType({extension.id.lower(): extension for extension in extensions}),
        unique_attribute=unique_attribute,
        description=description,
    )


def _schema(document: Mapping[str, Any]) -> Schema:
    return Schema(
        id=document["id"],
        name=document["name"],
        description=document["description"],
        attributes=_by_name(_attribute(definition) for definition in document["attributes"]),
    )


def _attribute(definition: Mapping[str, Any]) -> Attribute:
    sub_definitions = definition.get("subAttributes")
    return Attribute(
        name=definition["name"],
        type=definition["type"],
        multi_valued=definition["multiValued"],
        required=definition["required"],
        case_exact=definition.get("caseExact", False),
        mutability=definition["mutability"],
        returned=definition["returned"],
        uniqueness=definition.get("uniqueness", "none"),
        sub_attributes=_by_name(map(_attribute, sub_definitions)) if sub_definitions else NO_ATTRIBUTES,
        canonical_values=tuple(definition.get("canonicalValues", ())),
        reference_types=tuple(definition.get("referenceTypes", ())),
        description=definition["description"],
    )
