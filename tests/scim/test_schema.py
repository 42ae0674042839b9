"""Schemas as values: how a target is written, and what is compared by what."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from resources import schema_documents
from server.scim.attribute_path import find_target
from server.scim.schema import NO_ATTRIBUTES, Attribute, Target
from server.scim.schemas import ENTERPRISE_USER_URN, load_registry

USER = load_registry(schema_documents()).user
NAME, GIVEN_NAME = USER.attributes["name"], USER.attributes["name"].sub_attributes["givenname"]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target(None, NAME), "name"),
        (Target(None, NAME, GIVEN_NAME), "name.givenName"),
        (Target(ENTERPRISE_USER_URN, Attribute("manager")), f"{ENTERPRISE_USER_URN}:manager"),
        (Target("urn:x:1.0:User", Attribute("a"), Attribute("b")), "urn:x:1.0:User:a.b"),
    ],
)
def test_a_target_is_written_as_the_path_that_leads_there(target: Target, text: str) -> None:
    assert str(target) == text


@pytest.mark.parametrize(
    "path", ["userName", "name.givenName", "emails.value", f"{ENTERPRISE_USER_URN}:manager.displayName", "meta.created"]
)
def test_what_is_written_leads_back(path: str) -> None:
    target = find_target(path, USER)
    assert target is not None
    assert str(target) == path
    assert find_target(str(target).upper(), USER) == target


def test_the_leaf_is_the_part_that_is_named_last() -> None:
    assert Target(None, NAME).leaf is NAME
    assert Target(None, NAME, GIVEN_NAME).leaf is GIVEN_NAME


def test_attributes_are_the_same_by_identity_and_targets_by_value() -> None:
    assert Attribute("name") != Attribute("name")
    assert Target(None, NAME, GIVEN_NAME) == Target(None, NAME, GIVEN_NAME)
    assert len({Target(None, NAME), Target(None, NAME), Target("urn:x", NAME)}) == 2


def test_an_attribute_is_a_plain_string_unless_it_says_otherwise() -> None:
    # The defaults of RFC 7643 §2.2.
    attribute = Attribute("x")
    assert (attribute.type, attribute.multi_valued, attribute.required, attribute.case_exact) == (
        "string",
        False,
        False,
        False,
    )
    assert (attribute.mutability, attribute.returned, attribute.uniqueness) == ("readWrite", "default", "none")
    assert attribute.sub_attributes is NO_ATTRIBUTES


def test_a_schema_that_is_shared_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        USER.attributes["username"].required = False  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        USER.attributes["username"] = NAME  # type: ignore[index]  # that is the point
    with pytest.raises(TypeError):
        NO_ATTRIBUTES["x"] = NAME  # type: ignore[index]  # that is the point
