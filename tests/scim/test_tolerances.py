from __future__ import annotations

from typing import Any

import pytest

from resources import schema_documents
from server.scim.schemas import GROUP_URN, load_registry
from server.scim.tolerances import (
    boolean_from_string,
    complex_from_string,
    formatted_name,
    is_foreign_extension,
    is_ignored,
    is_only_a_label,
    is_unassigned,
    keep_one_primary,
    list_from_single,
    may_read_capabilities,
    member_id_from_reference,
    nest,
    settle_formatted_name,
    without_duplicates,
)

USER = load_registry(schema_documents()).user


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("True", True),
        ("true", True),
        ("FALSE", False),
        ("False", False),
        ("yes", None),
        ("1", None),
        ("", None),
    ],
)
def test_a_boolean_may_be_a_string_in_any_case(text: Any, meaning: Any) -> None:
    assert boolean_from_string(text) is meaning


def test_a_bare_string_is_the_value_of_a_complex_attribute() -> None:
    assert complex_from_string("26118915") == {"value": "26118915"}


def test_a_single_value_is_a_list_of_one() -> None:
    assert list_from_single({"locality": "Paris"}) == [{"locality": "Paris"}]


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_null_and_everything_empty_unassigns(value: Any) -> None:
    assert is_unassigned(value)


@pytest.mark.parametrize("value", [False, 0, 0.0, " ", [None], {"value": None}])
def test_false_and_zero_are_values(value: Any) -> None:
    assert not is_unassigned(value)


def test_a_label_without_a_value_is_no_value() -> None:
    assert is_only_a_label({"type": "work", "primary": True})
    assert not is_only_a_label({"type": "work", "value": "a@example.com"})


@pytest.mark.parametrize("name", ["id", "meta", "groups", "schemas", "password"])
def test_what_the_server_sets_and_the_password_are_passed_over(name: Any) -> None:
    assert is_ignored(USER.attributes[name])
    assert not is_ignored(USER.attributes["username"])


@pytest.mark.parametrize(
    "key",
    [
        "urn:okta:onprem_app:1.0:user:custom",
        "URN:example:2.0:User",
        "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
    ],
)
def test_an_object_under_an_unknown_urn_is_an_extension(key: Any) -> None:
    assert is_foreign_extension(key, {"badge": "7"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (GROUP_URN, {"displayName": "a group inside a user"}),
        ("urn:ietf:params:scim:api:messages:2.0:PatchOp", {"Operations": []}),
        ("urn:example:2.0:User", "a string"),
        ("shoeSize", {"value": 42}),
        ("not:a:urn", {"value": 42}),
    ],
)
def test_anything_else_is_not(key: Any, value: Any) -> None:
    assert not is_foreign_extension(key, value)


@pytest.mark.parametrize(
    ("reference", "member"),
    [
        ("https://example.com/scim/v2/Users/2819c223", "2819c223"),
        ("../Users/26118915/", "26118915"),
        ("", None),
    ],
)
def test_a_member_is_named_by_the_end_of_its_reference(reference: Any, member: Any) -> None:
    assert member_id_from_reference(reference) == member


def test_one_primary_is_kept_the_one_set_last() -> None:
    values: list[dict[str, Any]] = [
        {"value": "a", "primary": True},
        {"value": "b"},
        {"value": "c", "primary": True},
    ]
    assert [value.get("primary") for value in keep_one_primary(values)] == [False, None, True]
    assert [value.get("primary") for value in keep_one_primary(values, winner=0)] == [True, None, False]
    assert [value.get("primary") for value in keep_one_primary(values, winner=1)] == [False, None, True]
    assert values[0] == {"value": "a", "primary": True}, "the input is not changed"


def test_a_single_primary_is_left_alone() -> None:
    values: list[dict[str, Any]] = [{"value": "a"}, {"value": "b", "primary": True}]
    assert keep_one_primary(values) == values


def test_duplicates_merge_in_the_first_place_with_the_last_word() -> None:
    values = [
        {"value": "a", "display": "old"},
        {"value": "b"},
        {"value": "a", "type": "work", "display": "new"},
    ]
    assert without_duplicates(values, lambda value: value["value"]) == [
        {"value": "a", "display": "new", "type": "work"},
        {"value": "b"},
    ]


def test_keys_that_are_paths_move_and_meet_what_is_there_already() -> None:
    body = {"Name": {"familyName": "Jensen"}, "name.givenName": "Barbara", "manager.value": "26118915"}
    nested = nest(body, lambda key, _: tuple(key.split(".")) if "." in key else None)
    assert nested == {
        "Name": {"familyName": "Jensen", "givenName": "Barbara"},
        "manager": {"value": "26118915"},
    }
    assert body["Name"] == {"familyName": "Jensen"}, "the input is not changed"


def test_an_object_that_belongs_into_the_body_itself_is_spread() -> None:
    assert nest({"urn:core": {"title": "Tour Guide"}}, lambda key, _: () if key == "urn:core" else None) == {
        "title": "Tour Guide"
    }


def test_a_path_through_something_that_is_no_object_replaces_it() -> None:
    assert nest(
        {"name": "Barbara", "name.givenName": "B"},
        lambda key, _: ("name", "givenName") if "." in key else None,
    ) == {"name": {"givenName": "B"}}


class Spelled(str):
    """A name that counts how often any of them was folded."""

    __slots__ = ()
    times = 0

    def lower(self) -> str:
        Spelled.times += 1
        return super().lower()


def test_many_paths_into_one_object_among_many_others_take_no_more_time_each() -> None:
    paths = {f"name.a{number}": number for number in range(100)}
    body: dict[str, Any] = {
        **{Spelled(f"x{number}"): number for number in range(100)},
        **paths,
        "NAME": {"a7": 0, "b": 1},
    }
    Spelled.times = 0
    nested = nest(body, lambda key, _: tuple(key.split(".")) if "." in key else None)
    assert nested["NAME"] == {"b": 1, **{f"a{number}": number for number in range(100)}}
    assert Spelled.times <= 100
    assert body["NAME"] == {"a7": 0, "b": 1}, "the input is not changed"


def test_what_a_path_put_there_is_met_by_the_next_one_and_the_input_not_changed() -> None:
    body = {"core:name": {"familyName": "J"}, "name.givenName": "B", "core": {"NAME": {"x": 1}}, "Name.y": 2}
    places = {"core:name": ("name",), "name.givenName": ("name", "givenName"), "core": (), "Name.y": ("name", "y")}
    nested = nest(body, lambda key, _: places.get(key))
    assert nested == {"name": {"familyName": "J", "givenName": "B", "y": 2}, "NAME": {"x": 1}}
    assert body["core:name"] == {"familyName": "J"}


def test_a_body_without_paths_is_given_back_itself() -> None:
    body = {"userName": "bjensen"}
    assert nest(body, lambda _key, _value: None) is body


def test_the_formatted_name_is_composed_in_order() -> None:
    name = {
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    }
    assert formatted_name(name) == "Ms. Barbara Jane Jensen III"
    assert formatted_name({"familyName": "Jensen"}) == "Jensen"
    assert formatted_name({"honorificPrefix": "Ms."}) is None


@pytest.mark.parametrize(
    ("name", "formatted"),
    [
        ({"givenName": "Jane", "familyName": "Smith", "formatted": "Mona Octocat"}, "Jane Smith"),
        ({"givenName": "Jane", "familyName": "Jones", "formatted": "Jane Smith"}, "Jane Jones"),
        ({"givenName": "Jane", "familyName": "Smith", "formatted": "SMITH, Jane"}, "SMITH, Jane"),
        ({"givenName": "Jane", "familyName": "Smith"}, "Jane Smith"),
        ({"formatted": "Mona Octocat"}, "Mona Octocat"),
    ],
)
def test_a_stale_formatted_name_is_composed_anew_and_a_mapped_one_stays(name: Any, formatted: Any) -> None:
    settle_formatted_name(name)
    assert name["formatted"] == formatted


def test_a_name_of_honorifics_alone_gets_no_formatted() -> None:
    name = {"honorificPrefix": "Ms."}
    settle_formatted_name(name)
    assert name == {"honorificPrefix": "Ms."}


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Okta SCIM Client 1.0.0", True),
        ("OKTA SCIM Integration", True),
        ("Apache-HttpClient/4.5.13 (Java/11.0.12)", True),
        ("python-httpx/0.28.1", False),
        ("", False),
    ],
)
def test_whoever_may_be_the_agent_is_told_its_capabilities(user_agent: str, *, expected: bool) -> None:
    assert may_read_capabilities(user_agent) is expected
