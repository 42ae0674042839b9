"""Resources, filters and sort paths as hypothesis generates them: every kind of attribute, awkward letters and dates.

Belongs here: strategies. Filters are text, so that what is tested begins where a request begins.
"""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from resources import schema_documents
from server.scim.attribute_path import targets
from server.scim.errors import InvalidFilter
from server.scim.filter_parser import parse_filter
from server.scim.schema import Attribute, ResourceType, Schema, Target
from server.scim.schemas import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

REGISTRY = load_registry(schema_documents(), required=())
GROUP = REGISTRY.group
KINDS_URN = "urn:example:kinds:1.0:User"
FOREIGN_URN = "urn:example:foreign:1.0:Badge"


def _by_name(attributes: Iterable[Attribute]) -> Mapping[str, Attribute]:
    return MappingProxyType({attribute.name.lower(): attribute for attribute in attributes})


_KINDS = (
    Attribute("whole", "integer"),
    Attribute("Broken", "decimal"),
    Attribute("since", "dateTime"),
    Attribute("key", "binary"),
    Attribute("exact", case_exact=True),
    Attribute("wholes", "integer", multi_valued=True),
    Attribute("words", multi_valued=True),
    Attribute("flags", "boolean", multi_valued=True),
)
KINDS = Schema(
    KINDS_URN,
    "Kinds",
    "One attribute of each kind that the schemas of RFC 7643 lack.",
    _by_name(
        (
            *_KINDS,
            Attribute("things", "complex", multi_valued=True, sub_attributes=_by_name(_KINDS[:5])),
            Attribute("thing", "complex", sub_attributes=_by_name(_KINDS[:5])),
        )
    ),
)
USER: ResourceType = replace(
    REGISTRY.user, extensions=MappingProxyType({**REGISTRY.user.extensions, KINDS_URN.lower(): KINDS})
)
TYPES = {"User": USER, "Group": GROUP}

# Letters whose folded form is ASCII, longer, or at the edge of what UTF-8 and a range of text can say.
LETTERS = "aAbBkK\u212asS\u017f\u00df\u1e9eiI\u0130\u0131\ufb00f\u00e9\u00c9\u03a3\u03c2 %_*'\"\\.:[]()\ud7ff\ue000\uffff\U00010000\U0010ffff"
WORDS = (
    "ss",
    "\u00df",
    "STRASSE",
    "stra\u00dfe",
    "\u212aelvin",
    "kelvin",
    "\u017fa",
    "sa",
    "\u0130stanbul",
    "i\u0307stanbul",
    "istanbul",
    "work",
    "home",
    "Work",
    "direct",
    "User",
    "a%b_c",
    'say "hi"',
    "back\\slash",
    "true",
    "5",
)
MOMENTS = (
    "2026-11-23T20:48:31.123Z",
    "2026-11-23T20:48:31.124Z",
    "2026-11-23T20:48:31.000Z",
    "2026-11-23T20:48:32.000Z",
    "2027-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
)
OTHER_MOMENTS = (
    "2026-11-23T20:48:31.1230000000001Z",
    "2026-11-23T20:48:31.1229999Z",
    "2026-11-24T02:18:31.123+05:30",
    "2026-11-23T20:48:31Z",
    "2026-11-23T13:48:31.9999999-07:00",
    "2026-12-31T24:00:00Z",
    "2027-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.9999Z",
    "9999-12-31T23:59:59-14:00",
)

words: SearchStrategy[str] = st.sampled_from(WORDS) | st.text(LETTERS, min_size=1, max_size=4)
moments = st.sampled_from(MOMENTS + OTHER_MOMENTS)
integers = st.integers(-2, 2) | st.sampled_from((2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1))
decimals = st.sampled_from((0.1, 0.30000000000000004, 1.0, 1e300, -2.5)) | integers
anything = st.recursive(
    words | st.booleans() | integers | decimals | moments,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("value", "Deep", "primary", "type")), inner, max_size=2)
    ),
    max_leaves=3,
)
VALUES: Mapping[str, SearchStrategy[Any]] = {
    "string": words,
    "reference": words,
    "boolean": st.booleans(),
    "integer": integers,
    "decimal": decimals,
    "dateTime": moments,
    "binary": st.sampled_from(("QQ==", "qq==", "AAEC")),
    "any": words | st.booleans() | integers | decimals | moments,
}
POOLS: Mapping[str, tuple[Any, ...]] = {
    "string": WORDS,
    "reference": WORDS,
    "boolean": (True, False),
    "integer": (-2, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, 2**64 - 1),
    "decimal": (0.1, 0.30000000000000004, 1.0, 1e300, -2.5, 2),
    "dateTime": MOMENTS + OTHER_MOMENTS,
    "binary": ("QQ==", "qq==", "AAEC"),
    "any": (*WORDS, True, False, 1, 0.1, MOMENTS[0]),
}
_COMPUTED = {"schemas", "id", "meta", "groups", "members", "password"}


def specimen(resource_type: ResourceType, number: int) -> dict[str, Any]:
    """Give a canonical document with most attributes; others are absent and other values come with each number."""
    document = _specimen(resource_type.attributes, number)
    for schema in resource_type.extensions.values():
        document[schema.id] = _specimen(schema.attributes, number + 1)
    foreign = {
        "Level": number,
        "tags": ["a", {"value": WORDS[number]}],
        "flag": number % 2 == 0,
        "$when": MOMENTS[0],
    }
    document[FOREIGN_URN if number % 3 else FOREIGN_URN.upper()] = foreign
    return {"schemas": [resource_type.schema.id, *(name for name in document if ":" in name)], **document}


def _specimen(attributes: Mapping[str, Attribute], number: int) -> dict[str, Any]:
    values = {}
    for place, attribute in enumerate(attributes.values(), number):
        if attribute.name in _COMPUTED or place % 4 == 0:
            continue
        several = range(place, place + (place % 3 + 1 if attribute.multi_valued else 1))
        if attribute.type == "complex":
            found = [_specimen(attribute.sub_attributes, each) for each in several]
        else:
            pool = POOLS[attribute.type]
            found = [pool[(each * 5) % len(pool)] for each in several]
        values[attribute.name] = found if attribute.multi_valued else found[0]
    return values


@st.composite
def _objects(draw: DrawFn, attributes: Mapping[str, Attribute], most: int) -> dict[str, Any]:
    settable = [attribute for attribute in attributes.values() if attribute.name not in _COMPUTED]
    chosen = draw(st.lists(st.sampled_from(settable), max_size=most, unique=True))
    values = {attribute.name: draw(_values(attribute)) for attribute in chosen}
    return {name: value for name, value in values.items() if value}


def _values(attribute: Attribute) -> SearchStrategy[Any]:
    one = _objects(attribute.sub_attributes, 4) if attribute.type == "complex" else VALUES[attribute.type]
    if not attribute.multi_valued:
        return one
    return st.lists(one, min_size=1, max_size=3).map(lambda values: [value for value in values if value != {}])


@st.composite
def documents(draw: DrawFn, name: str) -> dict[str, Any]:
    """Generate a canonical document of a resource type."""
    resource_type = TYPES[name]
    document = draw(_objects(resource_type.attributes, 6))
    for schema in resource_type.extensions.values():
        if extension := draw(_objects(schema.attributes, 4)):
            document[schema.id] = extension
    foreign = draw(st.dictionaries(st.sampled_from(("level", "Tags", "flag", "$when")), anything, max_size=3))
    if foreign:
        document[draw(st.sampled_from((FOREIGN_URN, FOREIGN_URN.upper())))] = foreign
    schemas = [resource_type.schema.id, *(name for name in document if ":" in name)]
    return {"schemas": schemas, **document}


def is_answerable(path: str, resource_type: ResourceType) -> bool:
    """Tell whether filters may ask for a path at all."""
    try:
        parse_filter(f"{path} pr", resource_type)
    except InvalidFilter:
        return False
    return True


PATHS: Mapping[str, tuple[Target, ...]] = {
    resource_type.name: tuple(
        {
            str(target): target
            for target in targets(resource_type).values()
            if is_answerable(str(target), resource_type)
        }.values()
    )
    for resource_type in TYPES.values()
}
FOREIGN_PATHS = tuple(
    f"{FOREIGN_URN}:{name}" for name in ("level", "tags", "FLAG", "$when", "Tags.value", "tags.deep", "none")
)
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "boolean": ("eq", "ne"),
    "binary": ("eq", "ne"),
    "integer": ("eq", "ne", "gt", "ge", "lt", "le"),
    "decimal": ("eq", "ne", "gt", "ge", "lt", "le"),
}
ALL_OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")


@st.composite
def _questions(draw: DrawFn, path: str, leaf: Attribute) -> str:
    """Generate a comparison or ``pr``; a ``$value`` in the operand stands for one of the directory's own."""
    if leaf.type == "complex" and "value" not in leaf.sub_attributes:
        return f"{path} pr"
    leaf = leaf.sub_attributes["value"] if leaf.type == "complex" else leaf
    operator = draw(st.sampled_from(("pr", *OPERATORS.get(leaf.type, ALL_OPERATORS))))
    if operator == "pr":
        return f"{path} pr"
    if operator in ("eq", "ne") and draw(st.integers(0, 9)) == 0:
        return f"{path} {operator} null"
    value = draw(VALUES[leaf.type])
    if operator in ("co", "sw", "ew"):
        text = value if isinstance(value, str) else json.dumps(value)
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        value = {"co": text[start:end], "sw": text[:end], "ew": text[start:]}[operator]
    elif isinstance(value, bool) and operator not in ("eq", "ne"):
        operator = "eq"
    if isinstance(value, str) and draw(st.booleans()):
        value = draw(st.sampled_from((value, value.upper(), value.lower(), value.casefold())))
        if leaf.type in ("dateTime", "binary") and operator not in ("co", "sw", "ew"):
            value = draw(VALUES[leaf.type])
    return f"{path} {operator} {json.dumps(value, ensure_ascii=draw(st.booleans()))}"


@st.composite
def filters(draw: DrawFn, name: str, ids: tuple[str, ...] = ()) -> str:
    """Generate the text of a filter that can be answered; ``ids`` are compared with ids."""
    leaf = _leaves(name, ids)
    return draw(
        st.recursive(
            leaf,
            lambda inner: st.one_of(
                inner.map("not ({})".format),
                st.lists(inner, min_size=2, max_size=3).map(lambda terms: " and ".join(f"({t})" for t in terms)),
                st.lists(inner, min_size=2, max_size=3).map(" or ".join),
            ),
            max_leaves=4,
        )
    )


@st.composite
def _leaves(draw: DrawFn, name: str, ids: tuple[str, ...]) -> str:
    resource_type = TYPES[name]
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(_questions(draw(st.sampled_from(FOREIGN_PATHS)), Attribute("any", "any")))
    if kind == 1 and ids:
        path = draw(st.sampled_from(("id", "groups", "groups.value") if resource_type is USER else ("id", "members")))
        operator = draw(st.sampled_from(("eq", "ne", "sw", "gt")))
        return f"{path} {operator} {json.dumps(draw(st.sampled_from(ids)))}"
    paths = PATHS[resource_type.name]
    target = draw(st.sampled_from(paths))
    if (
        kind < 5
        and target.sub_attribute is None
        and target.attribute.type == "complex"
        and ":" not in target.attribute.name
    ):
        subs = [
            sub
            for sub in target.attribute.sub_attributes.values()
            if is_answerable(f"{target}.{sub.name}", resource_type)
        ]
        inner = draw(
            st.lists(st.sampled_from(subs).flatmap(lambda sub: _questions(sub.name, sub)), min_size=1, max_size=2)
        )
        joined = draw(st.sampled_from((" and ", " or "))).join(inner)
        return f"{target}[{joined}]" if draw(st.booleans()) else f"{target}[not ({joined})]"
    return draw(_questions(str(target), target.leaf))
