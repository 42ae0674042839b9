"""Bearer tokens as rules: format, checksum, digest, life, recognition; without SQL, HTTP, keyring or clock.

A token is ``perch_live_`` or ``perch_test_``, 43 base62 characters (256 random bits) and 6 base62 characters
of the CRC-32 of all before them: a secret scanner finds it and a typo is told from a stranger. The store
keeps SHA-256 only, enough for 256 random bits. Times are text as ``records`` writes it and compare as text.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zlib import crc32

from server.records import Access, Refusal, Token, TokenEvent, TokenStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

LIVE_PREFIX = "perch_live_"
TEST_PREFIX = "perch_test_"
LABEL_LENGTH = 80
ACTIVE_TOKENS = 50
"""How many tokens may be active at once; a replaced one in its overlap does not count."""
OVERLAP = timedelta(days=7)
"""How long a replaced token still works unless the admin says otherwise: time to reach Okta's form."""
LONGEST_OVERLAP = timedelta(days=90)
EXPIRY_WARNING = timedelta(days=20)
"""How long before its end a token counts as expiring soon."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY_LENGTH = 43
_CHECKED_LENGTH = len(LIVE_PREFIX) + _BODY_LENGTH
_LENGTH = _CHECKED_LENGTH + 6
_PREFIXES = frozenset({LIVE_PREFIX.encode(), TEST_PREFIX.encode()})
_PREFIX_LENGTH = len(LIVE_PREFIX)
_PAIRS = tuple((first + second).encode() for first in _ALPHABET for second in _ALPHABET)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


# Format


def generate(test: bool, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a new secret; `random` gives that many random bytes."""
    number = int.from_bytes(random(32))
    digits = []
    for _ in range(_BODY_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    checked = (TEST_PREFIX if test else LIVE_PREFIX) + "".join(reversed(digits))
    return checked + checksum(checked.encode()).decode()


def checksum(checked: bytes) -> bytes:
    """Return the 6 base62 characters that follow `checked` (prefix and body)."""
    rest, low = divmod(crc32(checked), 3844)
    high, middle = divmod(rest, 3844)
    return _PAIRS[high] + _PAIRS[middle] + _PAIRS[low]


def is_well_formed(secret: bytes) -> bool:
    """Whether `secret` could be a token of ours: prefix, alphabet, length and checksum agree."""
    return (
        len(secret) == _LENGTH
        and secret[:_PREFIX_LENGTH] in _PREFIXES
        and secret[_PREFIX_LENGTH:].isalnum()
        and checksum(secret[:_CHECKED_LENGTH]) == secret[_CHECKED_LENGTH:]
    )


def digest(secret: str | bytes) -> bytes:
    """Return what the store keeps of a secret: its SHA-256, 32 bytes."""
    return sha256(secret.encode() if isinstance(secret, str) else secret).digest()


def parse(header: bytes | None, *, basic: bool = True) -> bytes | Refusal:
    """Return the secret within an ``Authorization`` value, or MISSING or MALFORMED; nothing is looked up.

    The secret is bytes because a Refusal is itself a `str`. Where not ``basic``, a secret is no password.
    """
    if header is None:
        return Refusal.MISSING
    secret = header[7:] if header.startswith(b"Bearer ") else header
    return secret if is_well_formed(secret) else _parse_unusual(header, basic=basic)


def _parse_unusual(header: bytes, *, basic: bool) -> bytes | Refusal:
    """Read what Okta's forms make of a pasted token beside RFC 6750's ``Bearer x``.

    The scheme in any case or none at all (OKTA.md A49: "Header Auth" sends the bare token), blanks around
    it, the scheme twice (an admin pastes "Bearer x" into the custom app's form, which adds its own), and
    Basic with the token as the password (OKTA.md 1.2, B10: the Basic template has no other field for it), unless
    a setting refuses that.
    """
    words = header.split()
    while words and words[0].lower() == b"bearer":
        del words[0]
    if len(words) == 2 and words[0].lower() == b"basic" and basic:
        try:
            words = [base64.b64decode(words[1], validate=True).partition(b":")[2].strip()]
        except binascii.Error:
            return Refusal.MALFORMED
    if not words:
        return Refusal.MISSING
    return words[0] if len(words) == 1 and is_well_formed(words[0]) else Refusal.MALFORMED


# Time and life


def timestamp(seconds: float) -> str:
    """Return seconds since the epoch as ``2026-11-23T20:48:31.123Z``."""
    return _text(datetime.fromtimestamp(seconds, UTC))


def later(moment: str, duration: timedelta) -> str:
    """Return the moment that long after another."""
    return _text(datetime.fromisoformat(moment) + duration)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def status(token: Token, now: str) -> TokenStatus:
    """Return where a token stands at `now`."""
    if token.revoked is not None:
        return TokenStatus.REVOKED
    if token.expires is not None and token.expires <= now:
        return TokenStatus.EXPIRED
    return TokenStatus.ACTIVE if token.replaced_by is None else TokenStatus.ROTATING


def rotating_out(token_id: str, tokens: Sequence[Token], now: str) -> list[Token]:
    """Give the tokens that this one replaces and that still work, the latest first: a leak is a leak of them, too."""
    before = {token.replaced_by: token for token in tokens if token.replaced_by is not None}
    found = []
    while (token := before.pop(token_id, None)) is not None:
        token_id = token.id
        if status(token, now) is TokenStatus.ROTATING:
            found.append(token)
    return found


def expires_soon(token: Token, now: str, within: timedelta = EXPIRY_WARNING) -> bool:
    """Whether an active token ends within that time: the moment to rotate it."""
    limit = later(now, within)
    return status(token, now) is TokenStatus.ACTIVE and token.expires is not None and token.expires <= limit


def check(token: Token, now: str, *, needs_write: bool) -> Refusal | None:
    """Return why this token may not do this at `now`; None when it may."""
    match status(token, now):
        case TokenStatus.REVOKED:
            return Refusal.REVOKED
        case TokenStatus.EXPIRED:
            return Refusal.EXPIRED
    return Refusal.READ_ONLY if needs_write and token.access is Access.READ_ONLY else None


class TokenRule(StrEnum):
    """The rules that an admin can run into, for hosts that word them on their own."""

    LABEL = "label"
    LABEL_TAKEN = "label_taken"
    TOO_MANY = "too_many"
    EXPIRY = "expiry"
    OVERLAP = "overlap"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    ENDED = "ended"


class TokenRuleError(ValueError):
    """An admin's wish that a rule of tokens refuses; the text is a sentence with the remedy."""

    def __init__(self, rule: TokenRule, sentence: str) -> None:
        super().__init__(sentence)
        self.rule = rule


def parse_duration(text: str) -> timedelta:
    """Return the time that ``30m``, ``12h``, ``90d``, ``2w`` or ``0`` says; raise ValueError otherwise."""
    text = text.strip().lower()
    if text == "0":
        return timedelta()
    number, unit = text[:-1], _UNITS.get(text[-1:])
    if unit is None or not (number.isascii() and number.isdigit()):
        raise ValueError(f"{text!r} is not a duration: write a number and m, h, d or w, such as 90d.")
    try:
        return timedelta(**{unit: int(number)})
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long: give a shorter time.") from error


def parse_expiry(text: str, now: str) -> str | None:
    """Return the end that ``never``, a duration (``90d``), an ISO 8601 date or date-time says; None is never.

    A date alone lasts through that day in UTC; a date-time without an offset is UTC.

    Raises:
        TokenRuleError: EXPIRY, when it cannot be read or is not after `now`.

    """
    text = text.strip()
    if text.lower() == "never":
        return None
    try:
        end = _end(text, datetime.fromisoformat(now))
    except (ValueError, OverflowError) as error:
        raise TokenRuleError(
            TokenRule.EXPIRY,
            f"{text!r} is no expiry: write never, a duration such as 90d, or a date such as 2027-01-31.",
        ) from error
    if end <= now:
        raise TokenRuleError(TokenRule.EXPIRY, f"The expiry {text!r} is already past: give a later one, or never.")
    return end


def _end(text: str, now: datetime) -> str:
    if text[-1:].lower() in _UNITS:
        return _text(now + parse_duration(text))
    end = datetime.fromisoformat(text)
    if end.tzinfo is None:
        end = end.replace(tzinfo=UTC)
    return _text(end + timedelta(days=1) if ":" not in text and "T" not in text.upper() else end)


def parse_label(text: str) -> str:
    """Return the label as kept: normalised, blanks collapsed, 1 to 80 printable characters.

    Raises:
        TokenRuleError: LABEL.

    """
    label = " ".join(unicodedata.normalize("NFC", text).split())
    if not label:
        raise TokenRuleError(TokenRule.LABEL, "The label is empty: name the application that will use the token.")
    if len(label) > LABEL_LENGTH:
        raise TokenRuleError(TokenRule.LABEL, f"The label has {len(label)} characters: use at most {LABEL_LENGTH}.")
    if not label.isprintable():
        raise TokenRuleError(TokenRule.LABEL, "The label holds control characters: use printable ones only.")
    return label


# What a store must do


class TokenUse(NamedTuple):
    """The last time a token was used: when (`records` text), from where, by which agent."""

    token_id: str
    at: str
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class TokenChange:
    """Rows to write together: tokens as they become, and the lines of their history."""

    tokens: tuple[Token, ...]
    events: tuple[TokenEvent, ...]


class TokenStore(Protocol):
    """Where tokens live; every method may be called on any thread."""

    def tokens(self) -> list[Token]:
        """Return every token ever made, oldest first."""

    def get(self, token_id: str) -> Token | None:
        """Return one token."""

    def generation(self) -> int:
        """Return a number that differs after each change of a token, by any process (not after `touch`)."""

    def change(self, decide: Callable[[Sequence[Token]], TokenChange]) -> TokenChange:
        """Write what `decide` makes of all tokens, in one transaction; nothing is written if it raises."""

    def touch(self, uses: Sequence[TokenUse]) -> Future[None]:
        """Queue last uses for writing, and a `first used` line for a token never used before."""

    def events(self, token_id: str) -> list[TokenEvent]:
        """Return a token's history, oldest first."""


# Recognising


class Authenticator:
    """Answers whose a request is from memory: one SHA-256 and one dict look-up, on the event loop.

    Comparing digests in a dict leaks nothing useful by its timing: a guess cannot steer its own SHA-256.
    """

    __slots__ = ("_entries", "_generation", "_store", "basic")

    def __init__(self, store: TokenStore, *, basic: bool = True) -> None:
        self._store = store
        self.basic = basic
        """Whether a token may come as the password of HTTP Basic, too."""
        self._generation: int | None = None
        self._entries: dict[bytes, tuple[float, Token]] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Reload when any process changed a token; return whether it did. Call when `data_version` moved."""
        # Read before the tokens: a change in between is then loaded again rather than missed.
        generation = self._store.generation()
        if generation == self._generation:
            return False
        self._entries = {token.digest: (_end_of_life(token), token) for token in self._store.tokens()}
        self._generation = generation
        return True

    def authenticate(self, header: bytes | None, now: float) -> Token | Refusal:
        """Return the working token in an ``Authorization`` value at `now` (epoch seconds), or why none."""
        # What is known by its digest needs no checksum; only what is not is looked at more closely.
        entry = None
        if header is not None and header[:7] == b"Bearer ":
            entry = self._entries.get(sha256(header[7:]).digest())
        if entry is None:
            secret = parse(header, basic=self.basic)
            if not isinstance(secret, bytes):
                return secret
            entry = self._entries.get(sha256(secret).digest())
            if entry is None:
                return Refusal.UNKNOWN
        end, token = entry
        if now < end:
            return token
        return Refusal.EXPIRED if token.revoked is None else Refusal.REVOKED

    def identify(self, header: bytes | None) -> Token | None:
        """Return the token that was refused as expired or revoked, so that the activity can name it."""
        secret = parse(header)
        entry = self._entries.get(sha256(secret).digest()) if isinstance(secret, bytes) else None
        return None if entry is None else entry[1]


def _end_of_life(token: Token) -> float:
    if token.revoked is not None:
        return -inf
    return inf if token.expires is None else datetime.fromisoformat(token.expires).timestamp()


class LastUses:
    """Collects the last use of each token on the request path, for a batch that the host writes later."""

    __slots__ = ("_uses",)

    def __init__(self) -> None:
        self._uses: dict[str, tuple[float, str, str]] = {}

    def note(self, token_id: str, now: float, address: str, agent: str) -> None:
        """Remember a use at `now` (seconds since the epoch)."""
        self._uses[token_id] = (now, address, agent)

    def drain(self) -> list[TokenUse]:
        """Return what was noted since the last time; an agent is cut at 200 characters, and what is no text escaped."""
        uses, self._uses = self._uses, {}
        return [
            TokenUse(token_id, timestamp(at), address, agent[:200].encode("utf-8", "backslashreplace").decode())
            for token_id, (at, address, agent) in uses.items()
        ]
