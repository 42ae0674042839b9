"""Validation against scim2-models, an independent reading of the RFCs: same bodies taken, refused, understood.

Where the two differ on purpose, DIFFERENCES names it, with a body that must keep differing. The property leaves
out what those bodies stand for, by what its strategies generate and by ``comparable``, and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import Context, EnterpriseUser, Group, ScimPolicy, User

from resources import schema_documents
from server.scim.errors import ScimError
from server.scim.resource import canonicalise
from server.scim.schemas import ENTERPRISE_USER_URN, GROUP_URN, USER_URN, load_registry

REGISTRY = load_registry(schema_documents(), required=())
POLICY = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
CONTEXTS = {True: Context.RESOURCE_CREATION_REQUEST, False: Context.RESOURCE_REPLACEMENT_REQUEST}
REFUSED = "refused"

Body = dict[str, Any]


def ours(body: Body, *, creating: bool = True) -> Any:
    resource_type = REGISTRY.group if GROUP_URN in body["schemas"] else REGISTRY.user
    try:
        return comparable(canonicalise(body, resource_type, creating=creating).document)
    except ScimError:
        return REFUSED


def theirs(body: Body, *, creating: bool = True) -> Any:
    model: Any = Group if GROUP_URN in body["schemas"] else User[EnterpriseUser]
    with POLICY:
        try:
            resource = model.model_validate(body, scim_ctx=CONTEXTS[creating])
        except ValidationError:
            return REFUSED
        return comparable(resource.model_dump(scim_ctx=Context.DEFAULT))


def comparable(document: Any) -> Any:
    """Drop what is unassigned (RFC 7643 §2.5), the password, and a name's ``formatted``; see DIFFERENCES."""
    if isinstance(document, list):
        return [comparable(item) for item in document]
    if not isinstance(document, dict):
        return document
    kept = {
        name: comparable(value)
        for name, value in document.items()
        if name not in ("schemas", "password") and not (name == "formatted" and "familyName" in document)
    }
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}


class Difference(NamedTuple):
    """Why the two differ, a body that shows it, and what is made of it here and there."""

    reason: str
    body: Body
    ours: Any
    theirs: Any


def user(**attributes: Any) -> Body:
    return {"schemas": [USER_URN], "userName": "bjensen", **attributes}


def group(**attributes: Any) -> Body:
    return {"schemas": [GROUP_URN], "displayName": "Tour Guides", **attributes}


def taken(**attributes: Any) -> Body:
    return {"userName": "bjensen", **attributes}


MANAGER_ALONE = {ENTERPRISE_USER_URN: {"manager": "26118915"}}

DIFFERENCES = {
    "a_blank_user_name_is_missing": Difference(
        "RFC 7643 §4.1.1: userName is non-empty", user(userName="  "), REFUSED, {"userName": "  "}
    ),
    "an_empty_user_name_is_missing": Difference(
        "RFC 7643 §2.5 with §4.1.1: the empty string is no name", user(userName=""), REFUSED, {}
    ),
    "one_value_is_a_list_of_one": Difference(
        "OKTA.md A44",
        user(addresses={"locality": "Paris"}),
        taken(addresses=[{"locality": "Paris"}]),
        REFUSED,
    ),
    "a_string_is_the_value_of_an_email": Difference(
        "form-like clients",
        user(emails=["a@example.com"]),
        taken(emails=[{"value": "a@example.com"}]),
        REFUSED,
    ),
    "a_manager_may_be_a_string": Difference(
        "OKTA.md C9",
        user(**MANAGER_ALONE),
        taken(**{ENTERPRISE_USER_URN: {"manager": {"value": "26118915"}}}),
        REFUSED,
    ),
    "a_manager_needs_no_reference": Difference(
        "OKTA.md C9: Entra and Okta send the id alone; RFC 7643 §4.3 says RECOMMENDED of $ref",
        user(**{ENTERPRISE_USER_URN: {"manager": {"value": "26118915"}}}),
        taken(**{ENTERPRISE_USER_URN: {"manager": {"value": "26118915"}}}),
        REFUSED,
    ),
    "a_read_only_value_is_not_looked_at": Difference(
        "RFC 7644 §3.3: readOnly values in a body are ignored, so their type is nobody's mistake",
        user(**{ENTERPRISE_USER_URN: {"manager": {"value": "7", "$ref": "/Users/7", "displayName": 7}}}),
        taken(**{ENTERPRISE_USER_URN: {"manager": {"value": "7", "$ref": "/Users/7"}}}),
        REFUSED,
    ),
    "a_member_may_be_a_string": Difference(
        "OKTA.md C12",
        group(members=["u1"]),
        {"displayName": "Tour Guides", "members": [{"value": "u1"}]},
        REFUSED,
    ),
    "a_member_without_an_id_is_refused": Difference(
        "it would be lost, and a PUT would remove it",
        group(members=[{"display": "nobody"}]),
        REFUSED,
        {"displayName": "Tour Guides", "members": [{"display": "nobody"}]},
    ),
    "a_member_is_named_by_its_reference": Difference(
        "RFC 7643 §2.4",
        group(members=[{"$ref": "https://example.com/Users/u1"}]),
        {"displayName": "Tour Guides", "members": [{"value": "u1", "$ref": "https://example.com/Users/u1"}]},
        {"displayName": "Tour Guides", "members": [{"$ref": "https://example.com/Users/u1"}]},
    ),
    "only_true_and_false_are_booleans_as_strings": Difference(
        "OKTA.md C2 and no more: 1, yes and on are a mistaken mapping",
        user(active="yes"),
        REFUSED,
        taken(active=True),
    ),
    "numbers_are_no_booleans": Difference("JSON's types are kept apart", user(active=1), REFUSED, taken(active=True)),
    "an_email_address_is_any_string": Difference(
        "Okta sends what its profile holds; refusing it would stop the whole provisioning",
        user(emails=[{"value": "not an address"}]),
        taken(emails=[{"value": "not an address"}]),
        REFUSED,
    ),
    "a_reference_is_any_string": Difference(
        "the same, for profileUrl and photos", user(profileUrl="me"), taken(profileUrl="me"), REFUSED
    ),
    "the_last_primary_wins": Difference(
        "OKTA.md C4",
        user(emails=[{"value": "a@example.com", "primary": True}, {"value": "b@example.com", "primary": True}]),
        taken(emails=[{"value": "a@example.com", "primary": False}, {"value": "b@example.com", "primary": True}]),
        REFUSED,
    ),
    "duplicates_are_merged": Difference(
        "RFC 7643 §2.4: no (type, value) twice",
        user(roles=[{"value": "a", "type": "x"}, {"value": "A", "type": "x", "display": "b"}]),
        taken(roles=[{"value": "A", "type": "x", "display": "b"}]),
        taken(roles=[{"value": "a", "type": "x"}, {"value": "A", "type": "x", "display": "b"}]),
    ),
    "a_label_alone_is_no_value": Difference(
        "OKTA.md 1.5: a client that maps an empty address sends its label still",
        user(emails=[{"type": "work", "primary": True}]),
        taken(),
        taken(emails=[{"type": "work", "primary": True}]),
    ),
    "a_name_gets_a_formatted": Difference(
        "OKTA.md A16; comparable() passes over it",
        user(name={"givenName": "Barbara"}),
        taken(name={"givenName": "Barbara", "formatted": "Barbara"}),
        taken(name={"givenName": "Barbara"}),
    ),
    "dotted_keys_are_paths": Difference(
        "OKTA.md C7",
        user(**{"name.familyName": "Jensen"}),
        taken(name={"familyName": "Jensen"}),
        taken(),
    ),
    "schemas_is_computed": Difference(
        "OKTA.md 6: Entra adds its own", user(schemas=["urn:example:other"]), taken(), REFUSED
    ),
    "an_empty_value_fits_every_type": Difference(
        "OKTA.md 1.5: an emptied attribute may arrive as an empty string",
        user(active="", emails="", name=""),
        taken(),
        REFUSED,
    ),
    "a_certificate_without_padding_is_base64": Difference(
        "RFC 7643 §2.3.6 allows base64url, whose padding may be left away",
        user(x509Certificates=[{"value": "aGVsbG8"}]),
        taken(x509Certificates=[{"value": "aGVsbG8"}]),
        REFUSED,
    ),
    "a_text_longer_than_the_limit_is_refused": Difference(
        "TEXT_LIMIT: one value must not fill the disk",
        user(title="x" * 65_537),
        REFUSED,
        taken(title="x" * 65_537),
    ),
    "an_unknown_extension_is_kept": Difference(
        "issue 2: custom attributes under their own URN are stored and returned as sent",
        user(**{"urn:example:Badge": {"number": 7}}),
        taken(**{"urn:example:Badge": {"number": 7}}),
        taken(),
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_deliberate_difference_is_still_one(name: str) -> None:
    difference = DIFFERENCES[name]
    assert (ours(difference.body), theirs(difference.body)) == (difference.ours, difference.theirs)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


def seldom(unfit: st.SearchStrategy[Any], fitting: st.SearchStrategy[Any], one_in: int) -> st.SearchStrategy[Any]:
    """Values that fit, and one in so many that does not."""
    return st.integers(1, one_in).flatmap(lambda number: unfit if number == one_in else fitting)


def value_of(fitting: st.SearchStrategy[Any], unfit: list[Any]) -> st.SearchStrategy[Any]:
    """Values of a type; one bad one in sixty, so that about every second user has one."""
    return seldom(st.sampled_from(unfit), fitting, 60)


def optional(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same, or null."""
    return seldom(st.none(), value, 8)


STRING_VALUE = value_of(TEXT, [7, 1.5, True, ["x"], {"x": "y"}])
STRING = optional(STRING_VALUE)
BOOLEAN = optional(value_of(st.sampled_from([True, False, "True", "FALSE"]), [7, 1.5, ["x"], {"x": "y"}, "maybe"]))
URL = value_of(st.sampled_from(["https://example.com/me", "/Users/7"]), [7, True, ["x"], {"x": "y"}])
EMAIL = value_of(st.integers(0, 9).map("user{}@example.com".format), [7, True, ["x"], {"x": "y"}])
BASE64 = st.binary(min_size=1, max_size=9).map(lambda raw: b64encode(raw).decode())
CERTIFICATE = value_of(BASE64, [7, True, "a*b*"])


def spelled(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name, name, name, name.lower(), name.upper()])


def an_object(required: dict[str, Any], others: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Objects with names in any case, and now and then an unknown one."""
    fields = st.fixed_dictionaries(required, optional={**others, "unknownThing": STRING})
    return fields.flatmap(
        lambda body: st.tuples(*(spelled(name) for name in body)).map(
            lambda names: dict(zip(names, body.values(), strict=True))
        )
    )


def a_list(value: st.SearchStrategy[Any], *, labelled: bool = True) -> st.SearchStrategy[Any]:
    """Lists of values that differ in their type, with one primary at most; now and then something else."""
    first = {"value" if labelled else "formatted": value}
    rest = {"display": STRING} if labelled else {"locality": STRING, "country": STRING}
    labels = st.permutations(["work", "home", "other", "somewhere"])
    entries = st.lists(an_object(first, rest), max_size=3)
    primary = st.integers(0, 5)

    def labelled_entries(drawn: tuple[list[Any], list[str], int]) -> list[Any]:
        values, types, chosen = drawn
        return [{**entry, "type": types[place], "primary": place == chosen} for place, entry in enumerate(values)]

    return optional(value_of(st.tuples(entries, labels, primary).map(labelled_entries), [7, True, [7]]))


NAME_PARTS = {"givenName": STRING, "middleName": STRING, "honorificPrefix": STRING}
NAME = optional(value_of(an_object({"familyName": TEXT}, NAME_PARTS), [7, "x", ["x"]]))
# displayName is readOnly: of any type here, a string there (a_read_only_value_is_not_looked_at).
MANAGER = an_object({"value": TEXT, "$ref": st.just("/Users/7")}, {"displayName": TEXT})
USERS = st.builds(
    dict[str, Any],
    an_object(
        {"userName": STRING},
        {
            "externalId": STRING,
            "name": NAME,
            "displayName": STRING,
            "nickName": STRING,
            "profileUrl": optional(URL),
            "title": STRING,
            "locale": STRING,
            "active": BOOLEAN,
            "password": TEXT,
            "emails": a_list(EMAIL),
            "phoneNumbers": a_list(STRING_VALUE),
            "photos": a_list(URL),
            "addresses": a_list(STRING_VALUE, labelled=False),
            "roles": a_list(STRING_VALUE),
            "x509Certificates": a_list(CERTIFICATE),
            ENTERPRISE_USER_URN: an_object({}, {"department": STRING, "costCenter": STRING, "manager": MANAGER}),
        },
    ),
    schemas=st.just([USER_URN, ENTERPRISE_USER_URN]),
)
GROUPS = st.builds(
    dict[str, Any],
    an_object(
        {"displayName": STRING},
        {
            "externalId": STRING,
            "members": st.lists(
                an_object({"value": TEXT}, {"display": STRING, "type": STRING}),
                unique_by=lambda member: repr({name.lower(): v for name, v in member.items()}["value"]),
                max_size=4,
            ),
        },
    ),
    schemas=st.just([GROUP_URN]),
)


@settings(deadline=None, max_examples=150)
@given(body=USERS, creating=st.booleans())
def test_a_user_means_the_same(body: Body, creating: bool) -> None:  # hypothesis names its arguments
    assert ours(body, creating=creating) == theirs(body, creating=creating)


@settings(deadline=None, max_examples=150)
@given(body=GROUPS, creating=st.booleans())
def test_a_group_means_the_same(body: Body, creating: bool) -> None:  # hypothesis names its arguments
    assert ours(body, creating=creating) == theirs(body, creating=creating)
