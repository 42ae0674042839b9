"""What attribute paths name: without case, with either separator after a URN, and beyond the schemas known here."""

from __future__ import annotations

import pytest

from server.scim.attribute_path import find_target, targets
from tests.scim.generated import GROUP, REGISTRY

USER = REGISTRY.user
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        ("name.familyname", "name.familyName"),
        ("emails.Value", "emails.value"),
        ("id", "id"),
        ("schemas", "schemas"),
        ("externalid", "externalId"),
        ("meta.lastModified", "meta.lastModified"),
        ("groups.value", "groups.value"),
        ("x509certificates.value", "x509Certificates.value"),
        (f"{CORE}:userName", "userName"),
        (f"{CORE.upper()}:NAME.GIVENNAME", "name.givenName"),
        (f"{CORE}.userName", "userName"),
        (f"{ENTERPRISE}:employeeNumber", f"{ENTERPRISE}:employeeNumber"),
        (f"{ENTERPRISE.lower()}:MANAGER.displayName", f"{ENTERPRISE}:manager.displayName"),
    ],
)
def test_a_path_is_found_without_case(path: str, meaning: str) -> None:
    assert str(find_target(path, USER)) == meaning


def test_entra_puts_a_dot_after_the_urn() -> None:
    assert find_target(f"{ENTERPRISE}.manager", USER) == find_target(f"{ENTERPRISE}:manager", USER)


def test_a_group_has_members_with_a_reference() -> None:
    assert str(find_target("members.$ref", GROUP)) == "members.$ref"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "name.nothing",
        "userName.value",
        "name.givenName.first",
        "employeeNumber",
        'emails[type eq "work"]',
        CORE,
        f"{CORE}:nothing",
        f"{ENTERPRISE}:nothing",
        f"{ENTERPRISE}:manager.nothing",
        "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
        "urn:x",
        "urn:example:1.0:thing with space",
        "urn:example:1.0:a.b.c",
        'urn:example:1.0:Badge[type eq "x"]',
        "other:thing",
        " userName",
    ],
)
def test_what_no_schema_has_is_nothing(path: str) -> None:
    assert find_target(path, USER) is None


def test_a_known_extension_alone_is_its_whole_object() -> None:
    target = find_target(ENTERPRISE.upper(), USER)
    assert target is not None
    assert (target.extension, target.attribute.name, target.attribute.type) == (None, ENTERPRISE, "complex")
    assert "employeenumber" in target.attribute.sub_attributes
    assert find_target(ENTERPRISE, USER) == target


@pytest.mark.parametrize(
    ("path", "urn", "name", "sub_name"),
    [
        ("urn:example:2.0:Badge:level", "urn:example:2.0:Badge", "level", None),
        ("urn:example:2.0:Badge:door.value", "urn:example:2.0:Badge", "door", "value"),
        ("urn:okta:custom:group:1.0:description", "urn:okta:custom:group:1.0", "description", None),
        (
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:notes",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
            "notes",
            None,
        ),
    ],
)
def test_an_unknown_extension_has_attributes_of_any_type(path: str, urn: str, name: str, sub_name: str | None) -> None:
    target = find_target(path, USER)
    assert target is not None
    assert (target.extension, target.attribute.name, target.attribute.type) == (urn, name, "any")
    assert (target.sub_attribute and target.sub_attribute.name) == sub_name
    assert str(target) == path


@pytest.mark.parametrize(
    "urn", ["urn:example:2.0:Badge", "urn:okta:custom:group:1.0", "urn:okta:app_1:1.0:user:custom"]
)
def test_an_unknown_urn_alone_is_its_whole_object(urn: str) -> None:
    target = find_target(urn, USER)
    assert target is not None
    assert (target.extension, target.attribute.name, target.attribute.type) == (None, urn, "any")


def test_the_table_of_a_resource_type_is_made_once() -> None:
    assert targets(USER) is targets(USER)
    assert find_target("userName", USER) is find_target("USERNAME", USER)
