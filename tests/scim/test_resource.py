from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import schema_documents
from server.scim.errors import InvalidSyntax, InvalidValue, ScimError
from server.scim.resource import are_required, canonical_value, canonicalise, expand_keys
from server.scim.schemas import ENTERPRISE_USER_URN, GROUP_URN, USER_URN, load_registry
from server.scim.tolerances import nest

REGISTRY = load_registry(schema_documents())
USER, GROUP = REGISTRY.user, REGISTRY.group
LENIENT = load_registry(schema_documents(), required=()).user

OKTA_CREATE = {
    "schemas": [USER_URN],
    "userName": "test.user@okta.local",
    "name": {"givenName": "Test", "familyName": "User"},
    "emails": [{"primary": True, "value": "test.user@okta.local", "type": "work"}],
    "displayName": "Test User",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}


def document(body: Any, resource_type: Any = LENIENT, creating: Any = True) -> Any:
    return canonicalise({"userName": "bjensen", **body}, resource_type, creating=creating).document


def refusal(body: Any, resource_type: Any = USER, creating: Any = True) -> Any:
    with pytest.raises(InvalidValue) as raised:
        canonicalise(body, resource_type, creating=creating)
    return raised.value.detail


def test_what_okta_posts_becomes_a_document_without_password_and_groups() -> None:
    before = copy.deepcopy(OKTA_CREATE)
    canonical = canonicalise(OKTA_CREATE, USER, creating=True)
    assert canonical.document == {
        "schemas": [USER_URN],
        "userName": "test.user@okta.local",
        "name": {"givenName": "Test", "familyName": "User", "formatted": "Test User"},
        "emails": [{"primary": True, "value": "test.user@okta.local", "type": "work"}],
        "displayName": "Test User",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "active": True,
    }
    assert canonical.ignored == ()
    assert before == OKTA_CREATE


def test_a_put_that_echoes_what_was_read_is_taken() -> None:
    echo = {
        **OKTA_CREATE,
        "id": "5fc0c238",
        "meta": {"created": "2018-02-13T15:05:24.000-08:00", "resourceType": "User"},
        "groups": [{"value": "g1"}],
        "name": {"familyName": "Smith", "formatted": "Mona Octocat", "givenName": "Jane"},
        "somethingOfTheirs": None,
    }
    canonical = canonicalise(echo, USER, creating=False)
    assert canonical.document["name"]["formatted"] == "Jane Smith"
    assert not {"id", "meta", "groups", "password", "somethingOfTheirs"} & canonical.document.keys()
    assert canonical.ignored == ("somethingOfTheirs",)


def test_active_may_be_left_out() -> None:
    assert "active" not in document({})


def test_names_are_compared_without_case_and_kept_as_the_schema_spells_them() -> None:
    body = {"USERNAME": "x", "Emails": [{"VALUE": "a@example.com", "Primary": True}], "NickName": "B"}
    assert canonicalise(body, LENIENT, creating=True).document == {
        "schemas": [USER_URN],
        "userName": "x",
        "emails": [{"value": "a@example.com", "primary": True}],
        "nickName": "B",
    }


@pytest.mark.parametrize("sent", [None, [], "nonsense", ["urn:example:unknown"], {"a": 1}])
def test_schemas_is_computed_whatever_was_sent(sent: Any) -> None:
    assert document({"schemas": sent})["schemas"] == [USER_URN]


def test_schemas_names_the_extensions_that_are_there() -> None:
    body = {ENTERPRISE_USER_URN: {"department": "Tour"}, "urn:okta:app:1.0:user:custom": {"isAdmin": False}}
    assert document(body)["schemas"] == [USER_URN, ENTERPRISE_USER_URN, "urn:okta:app:1.0:user:custom"]
    assert document({ENTERPRISE_USER_URN: {"department": ""}})["schemas"] == [USER_URN]


def test_a_group_of_entra_is_taken_with_its_extra_schema() -> None:
    extra = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
    body = {"schemas": [GROUP_URN, extra], "externalId": "8aa1a0c0", "displayName": "Tour Guides"}
    assert canonicalise(body, GROUP, creating=True).document == {
        "schemas": [GROUP_URN],
        "externalId": "8aa1a0c0",
        "displayName": "Tour Guides",
    }


def test_extensions_are_found_in_any_case_and_kept_under_their_own_spelling() -> None:
    body = {ENTERPRISE_USER_URN.upper(): {"COSTCENTER": "4130", "shoeSize": 42}}
    canonical = canonicalise({"userName": "x", **body}, LENIENT, creating=True)
    assert canonical.document[ENTERPRISE_USER_URN] == {"costCenter": "4130"}
    assert canonical.ignored == (f"{ENTERPRISE_USER_URN}:shoeSize",)


def test_an_unknown_extension_is_stored_as_sent() -> None:
    value = {"badge": None, "nested": {"deep": [1, {"x": ""}]}}
    assert document({"urn:Example:Badge": value})["urn:Example:Badge"] == value
    assert "urn:Example:Badge" not in document({"urn:Example:Badge": {}})


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ({"nickName": "a\0b"}, "nickName"),
        ({"userName": "\0"}, "userName"),
        ({"name": {"givenName": "\0", "familyName": "x"}}, "name.givenName"),
        ({"emails": [{"value": "a\0@b"}]}, "emails.value"),
        ({ENTERPRISE_USER_URN: {"department": "\0"}}, f"{ENTERPRISE_USER_URN}:department"),
        ({"urn:acme:1.0:User": {"deep": [{"er": "\0"}]}}, "urn:acme:1.0:User"),
    ],
)
def test_no_text_may_hold_u0000_where_sqlite_ends_it(attributes: Any, path: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        canonicalise({**OKTA_CREATE, **attributes}, REGISTRY.user, creating=True)
    assert raised.value.detail.startswith(f"{path} holds the control character U+0000")


def test_a_name_that_holds_u0000_is_unknown() -> None:
    sent = {"nick\0Name": "x", "urn:acme:\0:User": {"a": 1}}
    result = canonicalise({**OKTA_CREATE, **sent}, REGISTRY.user, creating=True)
    assert set(sent) <= set(result.ignored)
    assert not set(sent) & result.document.keys()


def test_unknown_names_are_dropped_and_told() -> None:
    body = {
        "userName": "x",
        "adreses": [],
        "name": {"givenName": "B", "nick": "b"},
        "emails": [{"value": "a", "x": 1}],
    }
    canonical = canonicalise(body, LENIENT, creating=True)
    assert canonical.ignored == ("adreses", "name.nick", "emails.x")
    assert canonical.document["name"] == {"givenName": "B", "formatted": "B"}


@pytest.mark.parametrize("empty", [None, "", [], {}])
@pytest.mark.parametrize(
    "name", ["title", "active", "name", "emails", "addresses", "x509Certificates", ENTERPRISE_USER_URN]
)
def test_null_and_empty_unassign(name: Any, empty: Any) -> None:
    assert name not in document({name: empty})


def test_what_is_empty_inside_goes_too() -> None:
    body = {
        "name": {"givenName": "", "familyName": None},
        "emails": [None, {}, {"value": ""}, "", {"type": "work"}],
    }
    assert document(body) == {"schemas": [USER_URN], "userName": "bjensen"}


@pytest.mark.parametrize(("sent", "kept"), [("True", True), ("False", False), ("tRuE", True), (False, False)])
def test_a_boolean_may_come_as_a_string(sent: Any, kept: Any) -> None:
    assert document({"active": sent})["active"] is kept
    assert document({"emails": [{"value": "a", "primary": sent}]})["emails"][0]["primary"] is kept


@pytest.mark.parametrize("locale", ["en-US", "en_US"])
def test_a_locale_is_kept_as_sent(locale: Any) -> None:
    assert document({"locale": locale})["locale"] == locale


def test_one_address_may_come_alone_or_as_a_list_of_one() -> None:
    address = {"type": "work", "locality": "Paris", "formatted": "1 rue\n75001 Paris"}
    assert document({"addresses": address})["addresses"] == [address]
    assert document({"addresses": [address]})["addresses"] == [address]


def test_a_bare_string_is_an_email_address_and_a_manager() -> None:
    assert document({"emails": "a@example.com"})["emails"] == [{"value": "a@example.com"}]
    assert document({"emails": ["a@example.com"]})["emails"] == [{"value": "a@example.com"}]
    assert document({ENTERPRISE_USER_URN: {"manager": "26118915"}})[ENTERPRISE_USER_URN] == {
        "manager": {"value": "26118915"}
    }


def test_a_manager_goes_with_an_empty_string_and_loses_the_name_that_only_the_server_may_set() -> None:
    manager = {"value": "26118915", "$ref": "../Users/26118915", "displayName": "John Smith"}
    assert document({ENTERPRISE_USER_URN: {"manager": manager}})[ENTERPRISE_USER_URN]["manager"] == {
        "value": "26118915",
        "$ref": "../Users/26118915",
    }
    assert ENTERPRISE_USER_URN not in document({ENTERPRISE_USER_URN: {"manager": ""}})


def test_the_last_primary_wins() -> None:
    emails = [{"value": "a", "primary": True}, {"value": "b", "primary": "True"}]
    assert document({"emails": emails})["emails"] == [
        {"value": "a", "primary": False},
        {"value": "b", "primary": True},
    ]


def test_duplicates_are_merged_by_value_and_type_without_case() -> None:
    emails = [
        {"value": "A@example.com", "type": "work"},
        {"value": "a@example.com", "type": "home"},
        {"value": "a@example.com", "type": "Work", "primary": True},
    ]
    assert document({"emails": emails})["emails"] == [
        {"value": "a@example.com", "type": "Work", "primary": True},
        {"value": "a@example.com", "type": "home"},
    ]
    address = {"locality": "Paris"}
    assert document({"addresses": [address, address, {"locality": "Rome"}]})["addresses"] == [
        address,
        {"locality": "Rome"},
    ]


def test_members_keep_their_order_and_lose_nulls_and_doubles() -> None:
    body = {
        "displayName": "Tour Guides",
        "members": [
            {"value": "u2", "display": None, "$ref": None},
            "u1",
            {"$ref": "https://example.com/Users/u3"},
            {"value": "u2", "display": "b"},
            {"value": "U2", "type": "User"},
        ],
    }
    assert canonicalise(body, GROUP, creating=True).document["members"] == [
        {"value": "u2", "display": "b"},
        {"value": "u1"},
        {"value": "u3", "$ref": "https://example.com/Users/u3"},
        {"value": "U2", "type": "User"},
    ]


def test_an_empty_list_of_members_is_kept_apart_from_none_at_all() -> None:
    assert canonicalise({"displayName": "x", "members": []}, GROUP, creating=False).document["members"] == []
    assert "members" not in canonicalise({"displayName": "x"}, GROUP, creating=False).document
    assert "members" not in canonicalise({"displayName": "x", "members": None}, GROUP, creating=False).document


@pytest.mark.parametrize("member", [{}, None, {"display": "nobody"}, {"$ref": ""}])
def test_a_member_without_an_id_is_refused_since_dropping_it_could_empty_the_group(member: Any) -> None:
    detail = refusal({"displayName": "x", "members": [member]}, GROUP)
    assert detail.startswith("members must name each resource by its id")


def test_dotted_and_urn_keys_are_paths() -> None:
    body = {
        "name.givenName": "Barbara",
        "name": {"familyName": "Jensen"},
        f"{ENTERPRISE_USER_URN}:employeeNumber": "701984",
        f"{ENTERPRISE_USER_URN.lower()}.manager": {"value": "26118915"},
        f"{ENTERPRISE_USER_URN}:manager.displayName": "dropped",
        f"{USER_URN}:title": "Tour Guide",
        "urn:ietf:params:scim:schemas:extension:Custom:2.0:User:badge": "7",
    }
    assert document(body) == {
        "schemas": [
            USER_URN,
            ENTERPRISE_USER_URN,
            "urn:ietf:params:scim:schemas:extension:Custom:2.0:User",
        ],
        "userName": "bjensen",
        "name": {"familyName": "Jensen", "givenName": "Barbara", "formatted": "Barbara Jensen"},
        ENTERPRISE_USER_URN: {"employeeNumber": "701984", "manager": {"value": "26118915"}},
        "title": "Tour Guide",
        "urn:ietf:params:scim:schemas:extension:Custom:2.0:User": {"badge": "7"},
    }


def test_dotted_keys_inside_an_extension_are_paths() -> None:
    assert document({ENTERPRISE_USER_URN: {"manager.value": "26118915", "x.y": 1}})[ENTERPRISE_USER_URN] == {
        "manager": {"value": "26118915"}
    }


def test_the_object_of_the_core_schema_is_the_resource_itself() -> None:
    assert document({USER_URN: {"title": "Tour Guide"}})["title"] == "Tour Guide"


@pytest.mark.parametrize(
    "key",
    ["emails.value", "name.nick", "x.y", f"{USER_URN}:x", f"{USER_URN}:", f"{GROUP_URN}:displayName", "a:b"],
)
def test_a_key_that_leads_nowhere_is_dropped_and_told(key: Any) -> None:
    canonical = canonicalise({"userName": "bjensen", key: "x"}, LENIENT, creating=True)
    assert canonical.document.keys() - {"name"} == {"schemas", "userName"}
    assert len(canonical.ignored) == 1


def test_an_object_under_an_unknown_name_of_a_known_extension_is_no_extension() -> None:
    canonical = canonicalise({"userName": "x", f"{ENTERPRISE_USER_URN}:shoe": {"size": 42}}, LENIENT, creating=True)
    assert canonical.document == {"schemas": [USER_URN], "userName": "x"}
    assert canonical.ignored == (f"{ENTERPRISE_USER_URN}:shoe",)


def test_keys_that_are_no_paths_leave_the_body_itself() -> None:
    body = {"userName": "x", "emails.value": "a", "name": {}}
    assert expand_keys(body, USER) is body


def test_every_missing_attribute_is_named_with_the_remedy_for_an_okta_admin() -> None:
    assert refusal({}) == (
        "userName, name.familyName, name.givenName and emails are required: "
        "map them in Okta under Provisioning > To App, or send them."
    )
    assert refusal({**OKTA_CREATE, "name": {"givenName": "Test"}}) == (
        "name.familyName is required: map it in Okta under Provisioning > To App, or send it."
    )


def test_what_is_missing_is_told_to_a_host_that_has_a_remedy_of_its_own() -> None:
    with pytest.raises(InvalidValue) as raised:
        canonicalise({**OKTA_CREATE, "name": {}, "emails": []}, USER, creating=True)
    assert set(raised.value.missing) == {"name.givenName", "name.familyName", "emails"}
    assert are_required(("name.givenName", "emails")) == "name.givenName and emails are required"
    assert are_required(("emails",)) == "emails is required"


def test_a_put_is_told_that_it_replaces_the_whole_resource() -> None:
    assert refusal({"userName": "x", "name": OKTA_CREATE["name"]}, creating=False) == (
        "emails is required: map it in Okta under Provisioning > To App, or send it again, "
        "since a PUT replaces the whole resource."
    )


def test_a_group_needs_a_name() -> None:
    assert refusal({"members": []}, GROUP) == "displayName is required: send it."


@pytest.mark.parametrize("user_name", ["", "  ", "\t", None])
def test_a_blank_user_name_is_none(user_name: Any) -> None:
    assert refusal({**OKTA_CREATE, "userName": user_name}).startswith("userName is required")


@pytest.mark.parametrize("emails", [[], [{"type": "work", "primary": True}], [""], None])
def test_emails_that_hold_no_address_are_missing(emails: Any) -> None:
    assert refusal({**OKTA_CREATE, "emails": emails}).startswith("emails is required")


def test_a_required_attribute_of_an_extension_is_named_with_its_urn() -> None:
    strict = load_registry(schema_documents(), required=[f"{ENTERPRISE_USER_URN}:manager.value"]).user
    body = {"userName": "x", ENTERPRISE_USER_URN: {"manager": {"$ref": "../Users/1"}}}
    for sent in (body, {"userName": "x"}):
        assert refusal(sent, strict).startswith(f"{ENTERPRISE_USER_URN}:manager.value is required")
    complete = {"userName": "x", ENTERPRISE_USER_URN: {"manager": "1"}}
    assert document(complete, strict)[ENTERPRISE_USER_URN] == {"manager": {"value": "1"}}


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ({"userName": 7}, "userName", "must be a string, but a number was sent"),
        ({"title": True}, "title", "must be a string, but a boolean was sent"),
        ({"title": ["x"]}, "title", "must be a string, but a list was sent"),
        ({"active": 1}, "active", "must be true or false, but a number was sent"),
        ({"active": "yes"}, "active", "must be true or false, but a string was sent"),
        ({"name": "Barbara"}, "name", "must be an object, but a string was sent"),
        ({"name": {"givenName": {"x": 1}}}, "name.givenName", "must be a string, but an object was sent"),
        ({"emails": [{"value": 3}]}, "emails.value", "must be a string, but a number was sent"),
        ({"emails": [7]}, "emails", "must be an object, but a number was sent"),
        ({"addresses": ["1 rue"]}, "addresses", "must be an object, but a string was sent"),
        ({"profileUrl": 1.5}, "profileUrl", "must be a string, but a number was sent"),
        ({"x509Certificates": [{"value": "not base64!"}]}, "x509Certificates.value", "must be base64"),
        (
            {ENTERPRISE_USER_URN: {"manager": {"value": 3}}},
            f"{ENTERPRISE_USER_URN}:manager.value",
            "must be a string",
        ),
        ({"userName": "x" * 1_025}, "userName", "has 1025 characters, more than the 1024 that are kept"),
        ({"title": "x" * 65_537}, "title", "has 65537 characters, more than the 65536 that are kept"),
        ({"emails": ["a"] * 1_001}, "emails", "has 1001 values, more than the 1000 that are kept"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_the_fault_and_the_remedy(body: Any, path: Any, expected: Any) -> None:
    detail = refusal(body, LENIENT)
    assert detail.startswith(f"{path} {expected}")
    assert detail.endswith("Correct the mapping of this attribute, or leave it out.")


def test_long_values_below_the_limits_are_kept() -> None:
    assert document({"title": "x" * 65_536})["title"] == "x" * 65_536
    assert document({"userName": "x" * 1_024})["userName"] == "x" * 1_024
    many = [{"value": f"u{number}"} for number in range(1_500)]
    assert canonicalise({"displayName": "x", "members": many}, GROUP, creating=True).document["members"] == many


@pytest.mark.parametrize("body", [None, [], "userName", 7, True])
def test_a_body_that_is_no_object_is_invalid_syntax(body: Any) -> None:
    with pytest.raises(InvalidSyntax, match="A User is a JSON object, but"):
        canonicalise(body, USER, creating=True)


def test_one_value_for_patch_is_canonical_under_the_path_it_is_called_by() -> None:
    ignored: list[str] = []
    emails = USER.attributes["emails"]
    assert canonical_value(emails, {"value": "a", "x": 1}, "emails", ignored) == [{"value": "a"}]
    assert ignored == ["emails.x"]
    assert canonical_value(USER.attributes["active"], "False", "active") is False
    assert canonical_value(USER.attributes["title"], "", "title") is None
    with pytest.raises(InvalidValue, match=r'^emails\[type eq "work"\]\.value must be a string'):
        canonical_value(emails.sub_attributes["value"], 1, 'emails[type eq "work"].value')


def test_a_formatted_name_set_by_itself_is_taken_as_sent_for_patch() -> None:
    name = USER.attributes["name"]
    value = {"givenName": "B", "familyName": "J", "formatted": "someone"}
    assert canonical_value(name, value, "name") == value


KEYS = st.sampled_from(
    [
        *(attribute.name for attribute in USER.attributes.values()),
        *(
            "value",
            "type",
            "primary",
            "$ref",
            "display",
            "givenName",
            "formatted",
            "locality",
            "members",
            "VALUE",
        ),
        *("name.givenName", "emails.value", "a.b", "x", "", ".", ":", "urn:", "urn:a:b", "urn:a:1.0:User:c"),
        *(USER_URN, f"{USER_URN}:title", f"{USER_URN}:", f"{USER_URN}:{USER_URN}:title", GROUP_URN),
        *(
            ENTERPRISE_USER_URN,
            f"{ENTERPRISE_USER_URN}:manager",
            f"{ENTERPRISE_USER_URN}.manager.value",
            "manager.value",
        ),
        *("manager", "department", f"{ENTERPRISE_USER_URN}:x", f"{ENTERPRISE_USER_URN}:x.y"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


@settings(deadline=None, max_examples=300)
@given(body=st.dictionaries(KEYS, JSON, max_size=6), resource_type=st.sampled_from([LENIENT, GROUP]))
def test_whatever_is_sent_is_a_scim_error_or_becomes_a_document_that_means_itself(
    body: Any, resource_type: Any
) -> None:
    before = copy.deepcopy(body)
    with suppress(ScimError):
        canonical = canonicalise({"userName": "x", "displayName": "y", **body}, resource_type, creating=True)
        again = canonicalise(canonical.document, resource_type, creating=False)
        assert (again.document, again.ignored) == (canonical.document, ())
    assert body == before


class Counted(dict[str, Any]):
    """An object that knows how often it was gone through."""

    times = 0

    def items(self) -> Any:
        self.times += 1
        return super().items()


@pytest.mark.parametrize("key", ["urn:example:{}", "unknown.key{}"])
def test_many_keys_that_lead_nowhere_are_looked_up_once_each(key: str) -> None:
    body = Counted({"userName": "bjensen", **{key.format(number): {"a": 1} for number in range(50)}})
    canonicalise(body, LENIENT, creating=True)
    assert body.times == 2, "once for the values, once for where they lead"


def test_many_keys_of_a_value_that_lead_nowhere_are_looked_up_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    nested: list[Any] = []

    def noted(value: Any, path_of: Any) -> Any:
        nested.append(value)
        return nest(value, path_of)

    monkeypatch.setattr("server.scim.values.nest", noted)
    unknown = {f"unknown.{number}": 1 for number in range(50)}
    assert document({"name": {"givenName": "B", **unknown}})["name"]["givenName"] == "B"
    assert len(nested) == 1
