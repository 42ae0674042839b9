"""Inputs that are nearly right: messages of real clients and grammar, mutilated; the same for the same seed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote

from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONVERSATIONS: Final = ROOT / "tests" / "okta" / "conversations"
LONGEST: Final = 4_096
"""Bytes: a parser that is slow for its input's size shows it at this size."""

_GRAMMAR = "eq ne co sw ew pr gt ge lt le and or not true false null"
_NAMES = (
    "userName displayName emails members groups active title name.familyName meta.lastModified externalId id "
    "manager.value addresses.type x509Certificates password schemas value primary type $ref display op path "
    "Operations operations add replace remove ADD Replace startIndex count cursor sortBy sortOrder filter "
    "attributes excludedAttributes bulkId failOnErrors POST PUT PATCH DELETE data method operation delete"
)
_MARKS = """( ) [ ] { } " ' \\ , : . - + / % & = ; # ? * \u201c \u201d"""
_NUMBERS = "-1 0 1 100 2147483648 9223372036854775807 9223372036854775808 1e999 -0.0 1E-400 0x1F"
_ESCAPES = "%00 %25 %22 %20 %C3%A9 %FF %ED%A0%80 %u0041 %"
WORDS: Final = [
    *(word for words in (_GRAMMAR, _NAMES, _MARKS, _NUMBERS, _ESCAPES) for word in words.split()),
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:core:2.0:Group",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
    "urn:ietf:params:scim:api:messages:2.0:PatchOp",
    "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
    "urn:scim:schemas:core:1.0",
    "urn:okta:app:1.0:user:custom",
    "meta.attributes",
    'emails[type eq "work"].value',
    'members[value eq "1"]',
    '"2026-11-23T20:48:31.123456789+05:30"',
    '"W/\\"1\\""',
    "\x00 \x7f \ufeff \u2028 \ud7ff \U0001f600 \u0130 \u00df \u0301".replace(" ", ""),
    "\\ud800",
    "[" * 40,
    '{"a":' * 40,
    "(" * 300,
    "not (" * 100,
    "(title pr) and " * 30,
    "a." * 100,
]
_TOKENS: Final = [word.encode(errors="surrogatepass") for word in WORDS]
_RAW: Final = [b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf0\x9f", b"\r\n", b"\t"]


FILTERS: Final = [
    b'userName eq "bjensen@example.com"',
    b'userName eq "bjensen@example.com" and (title pr or not (emails[type eq "work" and value co "@"]))',
    b'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "701984"',
    b'meta.lastModified gt "2011-05-13T04:42:34Z" and meta.created le "2030-01-01T00:00:00.000+02:00"',
    b'members[value eq "2819c223-7f76-453a-919d-413861904646"] or displayName sw "Tour"',
    b'addresses[type eq "work"].locality eq "Hollywood" and active eq true',
    b"not (name.familyName ew 'sen') and groups pr and manager.value ne null",
]
PATHS: Final = [
    b'emails[type eq "work" and primary eq true].value',
    b'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
    b"name.familyName,emails.value,groups,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    b"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
    b"urn:okta:app:1.0:user:custom:departmentName",
]


def seeds(target: str) -> list[bytes]:
    """Give what real clients send to a target: bodies, queries and filters of the conversations."""
    bodies, queries = set(), set()
    for path in sorted(CONVERSATIONS.glob("*.json")):
        for exchange in json.loads(path.read_text("utf-8")).get("exchanges", ()):
            request = exchange["request"]
            if "body" in request:
                bodies.add(json.dumps(request["body"]).encode())
            queries.add(request.get("target", "").partition("?")[2].encode())
    texts = {parse_qs(query.decode()).get("filter", [""])[0].encode() for query in queries}
    found = {
        "filter": {*FILTERS, *texts},
        "path": {*PATHS, *FILTERS},
        "query": {*queries, *(b"filter=" + quote(text).encode() for text in FILTERS)},
    }
    return sorted(found.get(target, bodies) - {b""})


_VALUES: Final[list[Any]] = [
    *(None, True, False, 0, -1, 2**31, 2**63, 2**64, 1e308, 0.1, "", " ", "true", "x" * 1_000),
    *([], {}, [[]], {"": ""}, [None]),
]


class Mutator:
    """Makes inputs out of a corpus that may grow."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self.chance = random.Random(seed)
        self.corpus = [*corpus]
        self._changes: list[Callable[[bytes], bytes]] = [
            self._insert_word,
            self._insert_word,
            self._replace_piece,
            self._remove_piece,
            self._repeat_piece,
            self._splice,
            self._swap_pieces,
            self._flip,
            self._change_json,
            self._change_json,
        ]

    def next(self) -> bytes:
        """Give another input."""
        return self.mutated(self.chance.choice(self.corpus))

    def mutated(self, data: bytes) -> bytes:
        """Give an input like this one."""
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            data = self.chance.choice(self._changes)(data)
        return data[:LONGEST]

    def _place(self, data: bytes) -> tuple[int, int]:
        begin = self.chance.randrange(len(data) + 1)
        return begin, min(len(data), begin + int(self.chance.expovariate(1 / 8)))

    def _insert_word(self, data: bytes) -> bytes:
        begin, _ = self._place(data)
        space = self.chance.choice((b"", b"", b" "))
        return data[:begin] + space + self.chance.choice(_TOKENS) + space + data[begin:]

    def _replace_piece(self, data: bytes) -> bytes:
        begin, end = self._place(data)
        return data[:begin] + self.chance.choice(_TOKENS) + data[end:]

    def _remove_piece(self, data: bytes) -> bytes:
        begin, end = self._place(data)
        return data[:begin] + data[end:]

    def _repeat_piece(self, data: bytes) -> bytes:
        begin, end = self._place(data)
        return data[:end] + data[begin:end] * self.chance.choice((1, 2, 10, 100)) + data[end:]

    def _splice(self, data: bytes) -> bytes:
        other = self.chance.choice(self.corpus)
        return data[: self._place(data)[0]] + other[self._place(other)[0] :]

    def _swap_pieces(self, data: bytes) -> bytes:
        first, second, third = sorted(self.chance.randrange(len(data) + 1) for _ in range(3))
        return data[:first] + data[second:third] + data[first:second] + data[third:]

    def _flip(self, data: bytes) -> bytes:
        begin, _ = self._place(data)
        if self.chance.random() < 0.5 or begin == len(data):
            return data[:begin] + self.chance.choice(_RAW) + data[begin:]
        return data[:begin] + bytes([data[begin] ^ (1 << self.chance.randrange(8))]) + data[begin + 1 :]

    # -- JSON keeps its form, so that what is behind the JSON parser is reached ----------------------

    def _change_json(self, data: bytes) -> bytes:
        if data[:1] not in {b"{", b"["}:
            return self._insert_word(data)
        try:
            return json.dumps(self._changed(json.loads(data))).encode(errors="surrogatepass")
        except (ValueError, RecursionError):
            return self._flip(data)

    def _changed(self, value: Any) -> Any:
        chance = self.chance.random()
        if chance < 0.15:
            return self._value()
        if isinstance(value, dict) and value:
            name = self.chance.choice([*value])
            if chance < 0.25:
                return {k: v for k, v in value.items() if k != name}
            if chance < 0.4:
                return {**value, self._word(): self._value()}
            if chance < 0.5:
                return {(self._word() if k == name else k): v for k, v in value.items()}
            return {**value, name: self._changed(value[name])}
        if isinstance(value, list) and value:
            at = self.chance.randrange(len(value))
            if chance < 0.3:
                return [*value, value[at]]
            return [*value[:at], self._changed(value[at]), *value[at + 1 :]]
        if isinstance(value, str) and value and chance < 0.5:
            return self.mutated(value.encode(errors="surrogatepass")).decode(errors="replace")
        return self._value()

    def _word(self) -> str:
        return self.chance.choice(WORDS)

    def _value(self) -> Any:
        word = self._word()
        return self.chance.choice(
            [word, word, word.swapcase(), [word, word], {"value": word}, [{"value": word}], *_VALUES]
        )
