"""What of a request may reach the disk: secrets are cut out of headers, targets, texts and bodies.

Belongs here: which names hold secrets, and what stands in their place. Must not know: where the result is
kept, what a token is worth. People's data stays: it is the admin's own directory. When in doubt a body is
withheld whole, with a sentence that says so.

These functions run for every request, so each first asks with substring tests (far cheaper than a regular
expression) if there is anything to do; so :data:`SUSPICIOUS` must cover every name in :data:`SECRET_NAMES`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, Self
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

import orjson

REDACTED: Final = "[redacted]"

BODY_CAP: Final = 16_384
"""Bytes of a body that are kept unless the caller says otherwise."""

PARSE_LIMIT: Final = 65_536
"""Bytes up to which a body is parsed to cut secrets out of it; a larger one that mentions any is withheld."""

MARGIN: Final = 4_096
"""Bytes looked at beyond the cap, since an operation may name its ``path`` after its ``value``."""

SECRET_NAMES: Final = (
    *("password", "passwd", "passphrase", "passcode", "pwd", "secret", "token"),
    *(f"{word}{mark}key" for word in ("api", "access", "private", "secret") for mark in ("", "_", "-")),
)
"""What the last segment of an attribute's name ends with, in small letters, when its value is a secret."""

SUSPICIOUS: Final = ("pass", "secret", "token", "pwd", "key")
_SUSPICIOUS_BYTES: Final = tuple(word.encode() for word in SUSPICIOUS)
_MARKS: Final = (*SUSPICIOUS, "perch_", "eyj", "://")

_SMALL: Final = bytes(range(256)).lower()
_LEFT_OUT: Final = bytes(set(range(256)) - set(b"cdknprstwy_\\CDKNPRSTWY"))
_TRACES: Final = tuple((word.translate(_SMALL, _LEFT_OUT), word) for word in (*_SUSPICIOUS_BYTES, b"perch_"))
"""What is left of each word in a body from which most letters were taken: a fifth of it, so quick to search."""

_SECRET_HEADER_ENDINGS: Final = (
    *(*SECRET_NAMES, "authorization", "credential", "credentials", "assertion", "cookie"),
    *("-key", "-auth", "-session"),
)
_SCHEMES: Final = frozenset(
    {"bearer", "basic", "digest", "dpop", "hmac", "hoba", "negotiate", "ntlm", "oauth", "ssws", "token"}
)

_TOKEN: Final = re.compile(r"(perch_(?:live|test)_)([0-9A-Za-z]+)", re.IGNORECASE)
_WEB_TOKEN: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_USER_INFO: Final = re.compile(r"(?<=:)//[^/?#]*@")
# A percent escape of a letter, an underscore or a percent sign: no client escapes these, save to hide them.
# (%40 is the at-sign of every userName filter.)
_HIDDEN: Final = re.compile(r"%(?:25|4[1-9a-f]|5[0-9af]|6|7)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_WORDS: Final = "|".join(sorted(map(re.escape, SECRET_NAMES), key=len, reverse=True))
_SECRET_WORD: Final = re.compile(_WORDS, re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    rf"""((?:{_WORDS})["'\]]{{0,2}}\s{{0,8}}(?:[:=]|\b(?:eq|ne|co|sw|ew|gt|ge|lt|le)\b)\s{{0,8}})"""
    r"""(?:(?:bearer|basic)\s{1,8})?"""
    r"""(?:\\?"(?:[^"\\]|\\.)*(?:"|\\?\Z)|'(?:[^'\\]|\\.)*(?:'|\\?\Z)|[^\s&;]+)""",
    re.IGNORECASE | re.DOTALL,
)
"""A secret name; ``:``, ``=`` or a filter operator; its operand. Written to match in linear time."""

_PLAIN_PASSWORD: Final = re.compile(rb'("password"\s*:\s*)"[^"\\]*"')
"""The one that Okta puts into each create (OKTA.md A17)."""

_DEEPEST: Final = 64
"""Levels of nesting that are looked at; a body nested deeper is withheld (the endpoint refuses it)."""

_plain_keys: set[str] = set()
"""Keys found to be neither a secret's name nor special: learned, since clients repeat themselves."""
_MAX_PLAIN_KEYS: Final = 4_096


class _TooDeepError(Exception):
    """The document is nested deeper than we look."""


class Excerpt(bytes):
    """The beginning of a body that was too large to be held until it is redacted, and how long it was."""

    full_length: int

    def __new__(cls, body: bytes, cap: int = BODY_CAP) -> Self:
        """Keep what :func:`redact_body` will look at."""
        self = super().__new__(cls, body[: cap + MARGIN] if cap else b"")
        self.full_length = len(body)
        return self


def shorten_tokens(text: str) -> str:
    """Replace every Perch token in a text by its prefix, an ellipsis and its last four characters."""
    return _TOKEN.sub(_short, text)


def _short(match: re.Match[str]) -> str:
    return f"{match[1]}…{match[2][-4:] if len(match[2]) >= 16 else ''}"


@lru_cache(maxsize=4_096)
def names_secret(name: str) -> bool:
    """Tell whether an attribute of this name (plain, dotted, or under a URN) holds a secret."""
    segments = name.lower().replace(":", ".").rstrip(" ]").split(".")
    if segments[-1] == "value" and len(segments) > 1:
        segments.pop()
    return segments[-1].endswith(SECRET_NAMES)


def redact_text(text: str) -> str:
    """Cut Perch tokens, web tokens, and what is assigned to or compared with a secret name, out of a text."""
    if is_plain(text):
        return text
    return _WEB_TOKEN.sub(REDACTED, shorten_tokens(_ASSIGNED.sub(rf"\1{REDACTED}", text)))


def is_plain(text: str) -> bool:
    """Tell whether a target or text, or any number of them joined by line breaks, surely needs no redaction."""
    lowered = text.lower()
    for mark in _MARKS:
        if mark in lowered:
            return False
    return "%" not in text or _HIDDEN.search(text) is None


def redact_header(name: str, value: str) -> str:
    """Give a header's value as it may be kept: of credentials the scheme, and of a Perch token its ends."""
    lowered = name.lower()
    if not lowered.endswith(_SECRET_HEADER_ENDINGS):
        return _USER_INFO.sub(f"//{REDACTED}@", redact_text(_revealed(value)))
    scheme, _, credentials = map(str.strip, value.strip().partition(" "))
    if scheme.lower() not in _SCHEMES:
        scheme, credentials = "", value.strip()
    if not credentials:
        return scheme
    kept = shorten_tokens(credentials) if _TOKEN.fullmatch(credentials) else REDACTED
    return f"{scheme} {kept}" if scheme else kept


def redact_target(target: str) -> tuple[str, str]:
    """Split a request target into path and query, both as sent but for the secrets in them.

    A filter that compares a secret attribute is replaced whole, so that no quoting trick leaves a part of it.
    """
    if not target.isascii():
        # Bytes that were not UTF-8 arrive as lone surrogates, which no encoder takes.
        target = target.encode("utf-8", "backslashreplace").decode()
    path, _, query = target.partition("?")
    if is_plain(target):
        return path, query
    shown_path = _USER_INFO.sub(f"//{REDACTED}@", redact_text(_revealed(path)))
    return shown_path, "&".join(map(_redact_parameter, query.split("&")))


def _revealed(text: str) -> str:
    """Undo percent encoding, however often applied, if it hides something; else give the text as it is."""
    revealed = text
    for _ in range(4):
        if "%" not in revealed:
            break
        revealed = unquote(revealed)
    return revealed if redact_text(revealed) != revealed else text


def _redact_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    plain_name, plain = unquote_plus(name), unquote_plus(value)
    for _ in range(3):
        plain_name, plain = unquote(plain_name), unquote(plain)
    shown_name = redact_text(plain_name)
    if names_secret(plain_name) and value:
        redacted = REDACTED
    elif plain_name.lower() == "filter":
        redacted = _redact_filter(plain)
    else:
        redacted = redact_text(plain)
    return (
        f"{name if shown_name == plain_name else shown_name}{equals}{value if redacted == plain else _encode(redacted)}"
    )


def _encode(text: str) -> str:
    """Percent-encode only what would change the parameter's meaning: the rest is for a person to read."""
    for character in "%&+# ":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _redact_filter(text: str) -> str:
    if _ASSIGNED.search(text) or _SECRET_WORD.search(_QUOTED.sub('""', text)):
        return REDACTED
    return redact_text(text)


def redact_body(body: bytes | None, cap: int = BODY_CAP) -> str | None:
    """Give a body as it may be kept: without secrets, at most ``cap`` bytes, with a note if cut.

    Compact JSON takes the place of a body from which something was cut; any other is kept as sent.
    """
    if body is None:
        return None
    full_length = body.full_length if isinstance(body, Excerpt) else len(body)
    if not full_length:
        return None
    complete = full_length == len(body)
    whole = complete and full_length <= PARSE_LIMIT
    if not whole:
        body = body[: cap + MARGIN]
        complete = full_length == len(body)
    rest = body.translate(_SMALL, _LEFT_OUT)
    words = [word for trace, word in _TRACES if trace in rest]
    simple = b"\\" not in rest and body[:1] in b"{[" and body[1:2] != b"\0"
    lowered = b"" if simple and not words else body.lower()
    words = [word for word in words if word in lowered]
    tokens = b"perch_" in words
    if tokens:
        words.remove(b"perch_")
    elif simple:
        if not words:
            return _capped(body, full_length, cap, complete=complete)
        if words == [b"pass"] and whole:
            blanked = _blank_plain_passwords(body, lowered)
            if blanked is not None:
                return _capped(blanked, full_length, cap, complete=True)
    if b"\0" in body:
        return _not_text(full_length)
    cleared = _redact_suspicious(body, lowered, words, whole=whole)
    if cleared is None:
        what = "that Perch cannot read as JSON" if whole else "of which only the beginning was held"
        return f"[withheld: {full_length} bytes {what} and that may hold a password, a secret or a token]"
    return _capped(cleared, full_length, cap, complete=complete, tokens=tokens or b"\\u00" in lowered)


def _blank_plain_passwords(body: bytes, lowered: bytes) -> bytes | None:
    """Blank the one ``"password":"x"`` of a body that has no backslash and is suspicious for nothing else.

    None if that is not all. It is sound if the result is JSON, since then each quote that was matched is one
    that opens or closes a text.
    """
    match = _PLAIN_PASSWORD.search(body)
    if match is None or lowered.count(b"pass") != 1:
        return None
    blanked = b'%b"[redacted]"%b' % (body[: match.end(1)], body[match.end() :])
    try:
        orjson.loads(blanked)
    except orjson.JSONDecodeError:
        return None
    return blanked


def _redact_suspicious(body: bytes, lowered: bytes, words: list[bytes], *, whole: bool) -> bytes | None:
    """Give the body without secrets (but for Perch tokens), or None if it has to be withheld."""
    escaped = b"\\u00" in lowered
    if words or escaped:
        if not whole:
            return None
        try:
            document = orjson.loads(body)
            document, changed = _redact_document(document, lowered, words, escaped=escaped)
            # What was written with escapes is shown without, so that nothing hides behind them.
            return orjson.dumps(document) if changed or escaped else body
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, _TooDeepError):
            return None
    if b"%" in lowered and body[:1] not in b"{[":
        revealed = unquote_to_bytes(lowered).lower()
        if b"perch_" in revealed or any(word in revealed for word in _SUSPICIOUS_BYTES):
            return None
    return body


def _capped(body: bytes, full_length: int, cap: int, *, complete: bool, tokens: bool = False) -> str:
    """Decode, shorten tokens, cut at a character's boundary."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        # An excerpt may end in the middle of a character; anything earlier is not text.
        if complete or error.start < len(body) - 3:
            return _not_text(full_length)
        text = body[: error.start].decode()
    if tokens:
        text = shorten_tokens(text)
    if complete and len(body) <= cap:
        return text
    kept = text.encode()[:cap].decode(errors="ignore")
    return f"{kept}… [cut: {full_length} bytes in all]"


def _not_text(full_length: int) -> str:
    return f"[withheld: {full_length} bytes that are not UTF-8 text]"


def _redact_document(
    document: Any, lowered: bytes, words: list[bytes], *, escaped: bool, depth: int = 0
) -> tuple[Any, bool]:
    """Cut the secrets out of a parsed body, in place where it can; tell whether it has to be written anew.

    Raises _TooDeepError.
    """
    # Escapes may hide a word from the count, so then nothing is taken as explained.
    total = -1 if escaped else sum(map(lowered.count, words))
    explained, changed = _redact_names(document, total, depth)
    if explained == total:
        return document, changed
    # A suspicious word stands, or may hide, elsewhere than in a secret's name.
    redacted = _redact_strings(document, depth)
    return redacted, changed or redacted != document


def _redact_names(document: Any, total: int, depth: int) -> tuple[int, bool]:
    """Blank what stands under a secret name, or in an operation whose path is one, in place, level by level.

    Give how many suspicious words the secret names explain (nothing is left to find once that is their
    ``total``), and whether there was any such name: a key may be there twice, so the body must be written
    anew then even if the value that counts was no secret. Raises _TooDeepError.
    """
    explained, changed = 0, False
    level: list[Any] = [document]
    while level:
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                for key in set(node) - _plain_keys:
                    secret = _secret_in(key, node[key])
                    if secret is None:
                        continue
                    changed = True
                    explained += sum(map(secret.lower().count, SUSPICIOUS))
                    names = [key] if secret is key else [name for name in node if name.lower() == "value"]
                    for name in names:
                        node[name] = _blank(node[name], depth)
                below += [value for value in node.values() if type(value) is dict or type(value) is list]
            elif type(node) is list:
                below += [value for value in node if type(value) is dict or type(value) is list]
        if explained == total:
            break
        depth += 1
        if depth > _DEEPEST:
            raise _TooDeepError
        level = below
    return explained, changed


def _secret_in(key: str, value: Any) -> str | None:
    """Give the key if it names a secret, the value if it is a path that does; learn plain keys."""
    if names_secret(key):
        return key
    lowered = key.lower()
    if lowered == "path":
        return value if type(value) is str and names_secret(value) else None
    if lowered != "filter" and len(_plain_keys) < _MAX_PLAIN_KEYS:
        _plain_keys.add(key)
    return None


def _blank(value: Any, depth: int) -> Any:
    """Replace texts and numbers, however deep; true, false and null tell nothing (``changePassword``)."""
    if value is None or value is True or value is False:
        return value
    if depth > _DEEPEST:
        return REDACTED
    if type(value) is dict:
        return {key: _blank(below, depth + 1) for key, below in value.items()}
    if type(value) is list:
        return [_blank(below, depth + 1) for below in value]
    return REDACTED


def _redact_strings(node: Any, depth: int) -> Any:
    """Give a copy whose texts, keys included, hold no secret either: filters, messages, JSON within JSON.

    Raises _TooDeepError.
    """
    if type(node) is str:
        return _redact_inner(node, depth) if node[:1] in ("{", "[") else redact_text(node)
    if type(node) is dict:
        return {
            redact_text(key): _redact_filter(value)
            if type(value) is str and key.lower() == "filter"
            else _redact_strings(value, depth + 1)
            for key, value in node.items()
        }
    if type(node) is list:
        return [_redact_strings(value, depth + 1) for value in node]
    return node


def _redact_inner(text: str, depth: int) -> str:
    """Redact a text that may be JSON itself; raises _TooDeepError."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return redact_text(text)
    redacted, changed = _redact_document(document, b"", [], escaped=True, depth=depth + 1)
    return orjson.dumps(redacted).decode() if changed else text
