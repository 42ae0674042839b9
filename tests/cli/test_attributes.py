"""Attributes as they are typed."""

from __future__ import annotations

import click
import pytest

import resources
from server.cli.attributes import attribute_values, change_operations
from server.scim.errors import InvalidPath
from server.scim.schemas import ENTERPRISE_USER_URN, load_registry

USER = load_registry(resources.schema_documents()).user


def test_a_pair_replaces_and_an_empty_value_clears() -> None:
    assert change_operations(["title=Countess", "name.givenName=Ada=Augusta", "nickName="], USER) == [
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "replace", "path": "name.givenName", "value": "Ada=Augusta"},
        {"op": "remove", "path": "nickName"},
    ]


def test_an_equals_sign_in_brackets_belongs_to_the_path() -> None:
    (operation,) = change_operations(['emails[type eq "a=b"].value=x@y'], USER)
    assert operation["path"] == 'emails[type eq "a=b"].value'
    assert operation["value"] == "x@y"


@pytest.mark.parametrize("name", ["department", "Department", "manager.value", "employeeNumber"])
def test_an_extension_may_be_left_unsaid(name: str) -> None:
    (operation,) = change_operations([f"{name}=x"], USER)
    assert operation["path"] == f"{ENTERPRISE_USER_URN}:{name}"


def test_json_is_read_as_json() -> None:
    assert attribute_values(['emails=[{"value":"a@x"}]', "title={", "active=true"][::2], USER) == {
        "emails": [{"value": "a@x"}],
        "active": "true",
    }
    with pytest.raises(click.BadParameter, match="JSON"):
        attribute_values(["title={"], USER)


def test_an_empty_value_of_a_new_person_is_none() -> None:
    assert attribute_values(["title="], USER) == {}


@pytest.mark.parametrize("pair", ["title", "=x", "", " =x"])
def test_what_is_no_pair_is_wrong_usage(pair: str) -> None:
    with pytest.raises(click.BadParameter, match="ATTRIBUTE=VALUE"):
        change_operations([pair], USER)


def test_an_unknown_name_is_refused_before_anything_changes() -> None:
    with pytest.raises(InvalidPath, match="shoeSize"):
        change_operations(["title=x", "shoeSize=44"], USER)
