"""PATCH against scim2-models, an independent reading of the RFCs: same documents, same operations, same outcome.

Where the two differ on purpose, TOLERANCES names the difference, with an example that must keep differing;
the property leaves out what those examples stand for, and nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import Context, EnterpriseUser, PatchOp, SCIMException, ScimPolicy, User

from resources import schema_documents
from server.scim.errors import ScimError
from server.scim.patch import PATCH_OP_URN, parse_patch
from server.scim.patch_application import apply_patch
from server.scim.resource import canonicalise
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry

USER = load_registry(schema_documents(), ()).user
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
REFUSED = "refused"
SEVERAL_PRIMARIES = "refused because several values are primary"

Document = dict[str, Any]
Operations = list[dict[str, Any]]


def ours(document: Document, operations: Operations) -> Document | str:
    try:
        parsed = parse_patch({"schemas": [PATCH_OP_URN], "Operations": operations}, USER)
        return apply_patch(document, parsed, USER).document
    except ScimError:
        return REFUSED


def theirs(document: Document, operations: Operations) -> Document | str:
    model = User[EnterpriseUser]
    message = {"schemas": [PATCH_OP_URN], "Operations": operations}
    with POLICY:
        user = model.model_validate(document)
        try:
            patch = PatchOp[model].model_validate(message, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
            patch.patch(user)
        except (ValidationError, SCIMException) as error:
            return SEVERAL_PRIMARIES if "Multiple" in str(error) else REFUSED
        return user.model_dump(scim_ctx=Context.DEFAULT)


def normal(outcome: Document | str) -> Document | str:
    """Level what three tolerances change: formatted, values with a label only, and a (value, type) given twice."""
    if isinstance(outcome, str):
        return outcome
    name = {part: text for part, text in outcome.get("name", {}).items() if part != "formatted"}
    others = {key: level(value) for key, value in outcome.items() if key != "name"}
    others = {key: value for key, value in others.items() if value != []}
    return {**others, "schemas": sorted(outcome["schemas"]), **({"name": name} if name else {})}


def level(values: Any) -> Any:
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return values
    levelled: dict[Any, Document] = {}
    for value in values:
        if value.keys() - {"type", "primary", "display"}:
            same = (value["value"], value.get("type")) if "value" in value else repr(value)
            levelled[same] = {**levelled.get(same, {}), **value}
    return list(levelled.values())


class Tolerance(NamedTuple):
    """A deliberate difference: why, operations on DOCUMENT that show it, and what they leave (None: refused)."""

    reason: str
    operations: Operations
    attribute: str
    value: Any


DOCUMENT: Document = {
    "schemas": [USER_URN, ENTERPRISE_USER_URN],
    "userName": "bjensen",
    "title": "Guide",
    "name": {"givenName": "Barbara", "familyName": "Jensen", "formatted": "Barbara Jensen"},
    "emails": [
        {"value": "work@example.com", "type": "work", "primary": True},
        {"value": "home@example.com", "type": "home"},
    ],
    ENTERPRISE_USER_URN: {"manager": {"value": "26118915", "$ref": "../Users/26118915"}},
}
MANAGER = f"{ENTERPRISE_USER_URN}:manager"
WORK, HOME = DOCUMENT["emails"]

TOLERANCES = {
    "formatted_follows_the_parts": Tolerance(
        "OKTA.md A16: a stale name.formatted is composed anew",
        [{"op": "replace", "path": "name.givenName", "value": "Babs"}],
        "name",
        {"givenName": "Babs", "familyName": "Jensen", "formatted": "Babs Jensen"},
    ),
    "read_only_in_an_object_is_ignored": Tolerance(
        "OKTA.md A6: a rename carries the id",
        [{"op": "replace", "value": {"id": "1", "meta": {"version": "x"}, "title": "Boss"}}],
        "title",
        "Boss",
    ),
    "the_empty_string_unassigns": Tolerance(
        "OKTA.md C9: a value is removed with an empty string",
        [{"op": "replace", "path": "title", "value": ""}],
        "title",
        None,
    ),
    "adding_null_unassigns": Tolerance(
        "OKTA.md C28: add is replace on a single value, and null unassigns (RFC 7643 §2.5)",
        [{"op": "add", "path": "title", "value": None}],
        "title",
        None,
    ),
    "a_manager_may_be_a_string": Tolerance(
        "OKTA.md C9: Entra sends the id alone",
        [{"op": "add", "path": MANAGER, "value": "7"}],
        ENTERPRISE_USER_URN,
        {"manager": {"value": "7"}},
    ),
    "a_reference_goes_with_its_value": Tolerance(
        "RFC 7643 §2.4: $ref is the URI of the resource whose id is the value",
        [{"op": "replace", "path": MANAGER, "value": {"value": "7"}}],
        ENTERPRISE_USER_URN,
        {"manager": {"value": "7"}},
    ),
    "a_value_may_be_a_string": Tolerance(
        "OKTA.md C12: values of a list may come bare",
        [{"op": "replace", "path": "emails", "value": ["new@example.com"]}],
        "emails",
        [{"value": "new@example.com"}],
    ),
    "the_same_value_and_type_is_an_update": Tolerance(
        "RFC 7643 §2.4: no (type, value) twice",
        [{"op": "add", "path": "emails", "value": [{**HOME, "display": "Babs"}]}],
        "emails",
        [WORK, {**HOME, "display": "Babs"}],
    ),
    "a_value_without_content_is_dropped": Tolerance(
        "OKTA.md C3: Entra removes emails[...].value and means the e-mail",
        [{"op": "remove", "path": 'emails[type eq "home"].value'}],
        "emails",
        [WORK],
    ),
    "the_last_of_several_primaries_wins": Tolerance(
        "OKTA.md C4: one primary is kept, whatever is sent",
        [{"op": "replace", "path": "emails", "value": [{**WORK}, {**HOME, "primary": True}]}],
        "emails",
        [{**WORK, "primary": False}, {**HOME, "primary": True}],
    ),
    "a_sub_attribute_creates_the_first_value": Tolerance(
        "OKTA.md C28: replace where nothing exists adds",
        [{"op": "replace", "path": "phoneNumbers.value", "value": "+1-555-0100"}],
        "phoneNumbers",
        [{"value": "+1-555-0100"}],
    ),
    "a_remove_with_another_value_removes_nothing": Tolerance(
        "OKTA.md C6: no error when the value has changed meanwhile",
        [{"op": "remove", "path": 'emails[type eq "home"].value', "value": "other@example.com"}],
        "emails",
        [WORK, HOME],
    ),
    "an_extension_attribute_may_follow_a_dot": Tolerance(
        "OKTA.md C8: both separators are sent",
        [{"op": "add", "path": f"{ENTERPRISE_USER_URN}.department", "value": "d"}],
        ENTERPRISE_USER_URN,
        {**DOCUMENT[ENTERPRISE_USER_URN], "department": "d"},
    ),
    "an_unknown_extension_is_stored": Tolerance(
        "DESIGN.md 6: unknown extension URNs are stored and returned as sent",
        [{"op": "add", "value": {"urn:example:custom": {"shoeSize": 44}}}],
        "urn:example:custom",
        {"shoeSize": 44},
    ),
    "an_unknown_path_is_refused": Tolerance(
        "RFC 7644 §3.12: invalidPath; only names in a value object are dropped",
        [{"op": "add", "path": "shoeSize", "value": 44}],
        "shoeSize",
        REFUSED,
    ),
    "schemas_follow_from_the_attributes": Tolerance(
        "RFC 7643 §3: schemas lists what the resource holds; a change of it alone is passed over",
        [{"op": "replace", "path": "schemas", "value": [USER_URN]}],
        "schemas",
        [USER_URN, ENTERPRISE_USER_URN],
    ),
    "a_password_is_forgotten": Tolerance(
        "OKTA.md A17: accepted, never stored",
        [{"op": "replace", "path": "password", "value": "1mz050nq"}],
        "password",
        None,
    ),
}


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_tolerance_gives_what_it_says(name: str) -> None:
    tolerance = TOLERANCES[name]
    outcome = ours(DOCUMENT, tolerance.operations)
    assert (outcome if isinstance(outcome, str) else outcome.get(tolerance.attribute)) == tolerance.value


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_tolerance_is_a_difference_and_not_a_forgotten_entry(name: str) -> None:
    operations = TOLERANCES[name].operations
    assert ours(DOCUMENT, operations) != theirs(DOCUMENT, operations)


texts = st.sampled_from(["a", "B", "Grüße", "x y", "100%", 'say "hi"'])
addresses = st.sampled_from(["a@example.com", "b@example.com", "c@example.com"])
labels = st.sampled_from(["work", "home", "other"])
ENTRIES: dict[str, Document] = {
    "a@example.com": {"value": "a@example.com", "type": "work"},
    "b@example.com": {"value": "b@example.com", "type": "home", "display": "B"},
    "c@example.com": {"value": "c@example.com"},
}
PLACES: list[Document] = [
    {"type": "work", "locality": "Berlin", "country": "DE"},
    {"type": "home", "streetAddress": "1 Main St", "postalCode": "10115"},
    {"locality": "Paris"},
]
NAME_PARTS = ["givenName", "familyName", "middleName", "honorificPrefix"]
SIMPLE = ["title", "nickName", "userType", "externalId", "userName", f"{ENTERPRISE_USER_URN}:department"]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A canonical user, with at most one primary e-mail."""
    has_primary = draw(st.booleans())
    emails = [dict(ENTRIES[address]) for address in draw(st.lists(addresses, unique=True))]
    if emails and has_primary:
        draw(st.sampled_from(emails))["primary"] = True
    body = {
        "userName": "bjensen",
        "emails": emails,
        "addresses": draw(st.lists(st.sampled_from(PLACES), unique_by=repr)),
        "name": draw(st.dictionaries(st.sampled_from(NAME_PARTS), texts)),
        "title": draw(st.none() | texts),
        "active": draw(st.booleans()),
        ENTERPRISE_USER_URN: draw(st.dictionaries(st.sampled_from(["department", "costCenter"]), texts)),
    }
    return canonicalise(body, USER, creating=True).document


def changing(paths: st.SearchStrategy[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    ops = st.sampled_from(["add", "replace", "Add", "Replace"])
    return st.builds(lambda op, path, value: {"op": op, "path": path, "value": value}, ops, paths, values)


def removing(paths: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda op, path: {"op": op, "path": path}, st.sampled_from(["remove", "Remove"]), paths)


def paths(text: str, *fillings: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(text.format, *fillings)


wrong = st.sampled_from([5, True, {"value": "x"}, [1], ["x", "y"]])
email_filters = st.sampled_from(
    [
        'type eq "work"',
        'type eq "HOME"',
        'type eq "other"',
        'value eq "A@example.com"',
        'value sw "b" and type eq "home"',
        'value ew "example.com"',
        "primary eq true",
        "not (type pr)",
        'type eq "work" or value co "c@"',
    ]
)
address_filters = st.sampled_from(
    ['type eq "work"', 'type eq "home" and postalCode pr', 'locality eq "Paris"', "type pr"]
)
parts_of_an_address = st.sampled_from(["locality", "country", "postalCode", "streetAddress"])
entries = addresses.map(lambda address: dict(ENTRIES[address]))

simple_changes = (
    changing(st.sampled_from(SIMPLE), texts)
    | changing(st.sampled_from(["title", "TITLE", "userName"]), wrong)
    | changing(st.just("active"), st.booleans() | st.sampled_from(["True", "false"]))
    | removing(st.sampled_from([*SIMPLE, "active", ENTERPRISE_USER_URN]))
    | st.builds(
        lambda op, value: {"op": op, "value": value},
        st.sampled_from(["add", "replace"]),
        st.dictionaries(
            st.sampled_from(
                [
                    "title",
                    "nickname",
                    "NickName",
                    "name.givenName",
                    "shoeSize",
                    f"{ENTERPRISE_USER_URN}:department",
                ]
            ),
            texts,
            min_size=1,
        ),
    )
    | st.builds(
        lambda value: {"op": "replace", "value": {ENTERPRISE_USER_URN: value}},
        st.dictionaries(st.sampled_from(["department", "costCenter", "shoeSize"]), texts, min_size=1),
    )
)
complex_changes = (
    changing(st.just("name"), st.dictionaries(st.sampled_from(NAME_PARTS), texts, min_size=1))
    | changing(paths("name.{}", st.sampled_from(NAME_PARTS)), texts)
    | removing(paths("name.{}", st.sampled_from(NAME_PARTS)) | st.just("name"))
)
list_changes = (
    changing(st.just("emails"), entries | st.lists(entries, min_size=1, unique_by=repr))
    | changing(paths("emails[{}].display", email_filters), texts)
    | changing(paths("emails[{}].type", email_filters), labels)
    | changing(paths("emails[{}].primary", email_filters), st.just(value=True))
    | changing(paths("emails[{}]", email_filters), st.fixed_dictionaries({"display": texts}))
    | changing(paths("addresses[{}].{}", address_filters, parts_of_an_address), texts)
    | changing(
        st.just("addresses"),
        st.sampled_from(PLACES) | st.lists(st.sampled_from(PLACES), min_size=1, unique_by=repr),
    )
    | removing(paths("emails[{}]", email_filters) | paths("addresses[{}]", address_filters))
    | removing(
        paths("emails[{}].type", email_filters) | paths("addresses[{}].{}", address_filters, parts_of_an_address)
    )
    | removing(st.sampled_from(["emails", "addresses"]))
    | st.builds(lambda address: {"op": "Remove", "path": "emails", "value": [{"value": address}]}, addresses)
)
errors = st.sampled_from(
    [
        {"op": "remove"},
        {"op": "replace", "path": "id", "value": "1"},
        {"op": "add", "path": "title"},
        {"op": "move", "path": "title", "value": "x"},
        {"op": "add", "path": "emails[", "value": "x"},
        {"op": "replace", "path": "groups", "value": []},
        {"op": "add", "value": "x"},
    ]
)
operations = st.lists(simple_changes | complex_changes | list_changes, min_size=1, max_size=3)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), operations)
def test_both_readings_of_the_rfc_agree(document: Document, operations: Operations) -> None:
    before = repr(document)
    expected = theirs(document, operations)
    assume(expected != SEVERAL_PRIMARIES)
    assert normal(ours(document, operations)) == normal(expected)
    assert repr(document) == before


@settings(max_examples=50, deadline=None)
@given(documents(), operations, errors, st.integers(0, 3))
def test_both_refuse_the_whole_for_one_bad_operation(
    document: Document, operations: Operations, error: dict[str, Any], place: int
) -> None:
    operations = [*operations[:place], error, *operations[place:]]
    assert ours(document, operations) == REFUSED
    assert theirs(document, operations) in (REFUSED, SEVERAL_PRIMARIES)
