"""A webhook and what waits for it, as values; which addresses it may have, and how long to wait before trying again.

Belongs here: rules that need no database and no network. Must not know: how an event is delivered. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server.config import is_loopback

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 3600.0
"""Seconds between two attempts of one delivery."""
LONGEST_SILENCE: Final = 60.0
"""Seconds between two looks whether a consumer that could not be reached is back."""


class Misfit(StrEnum):
    """In what a webhook cannot be as it was asked for, for a host that has words of its own for it."""

    ADDRESS = "address"
    PLAIN_HTTP = "plain_http"
    """An address of another machine, without TLS."""
    TAKEN = "taken"
    """Another webhook has that address."""
    KEYRING = "keyring"
    """The keyring does not keep its secret, or does not give it."""
    SECRET = "secret"  # noqa: S105 -- a word
    """Its secret, which is elsewhere, cannot be used."""
    UNKNOWN = "unknown"
    """There is no such webhook."""


class UnfitWebhook(ValueError):
    """A webhook cannot be as it was asked for; the text says why and what to do."""

    def __init__(self, sentence: str, misfit: Misfit = Misfit.ADDRESS, outcome: str = "") -> None:
        super().__init__(sentence)
        self.misfit = misfit
        self.outcome = outcome
        """What the keyring did."""


class SecretPlace(StrEnum):
    """Where the secret of a webhook is kept; it is never in the database."""

    KEYRING = "keyring"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A consumer that is told of each change."""

    id: str
    url: str
    secret_place: SecretPlace
    secret_name: str
    """The file or the variable; empty for the keyring, which goes by the id."""
    created: str
    created_by: str
    cursor: int
    """The number of the newest change that is delivered or waits in the outbox."""
    delivered: int = 0
    last_delivered: str | None = None
    failing_since: str | None = None
    problem: str = ""
    """Why the last attempt failed; empty when it did not."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A change that a webhook did not get yet: the outbox holds only what failed, and what waits behind it."""

    seq: int
    """The number of the change."""
    resource_id: str
    since: int
    """When it was first due, milliseconds since the epoch."""
    attempts: int = 0
    next_at: int = 0
    """When it is tried again, milliseconds since the epoch."""
    dead: bool = False
    """Whether it was given up; `perch webhook retry` sends it again."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a webhook did not get yet."""

    ahead: int
    """Changes that it has not been told of for the first time."""
    waiting: int
    dead: int


def checked_url(url: str, *, plain_http: bool) -> str:
    """Give an address that a webhook may have.

    Raises:
        UnfitWebhook: no http or https address, with a user or a fragment in it, or with http to another machine
            although ``plain_http`` does not allow it.

    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or re.search(r"[\s\x00-\x1f\x7f]", text) or not text.isascii():
        raise UnfitWebhook("That is no address of a webhook: give one such as https://consumer.example.com/perch.")
    if parts.username is not None or parts.fragment:
        raise UnfitWebhook("A webhook's address has no user, password or fragment in it: the signature says who sends.")
    if parts.scheme == "http" and not plain_http and not is_loopback(parts.hostname or ""):
        raise UnfitWebhook(
            "People's data would cross the network unencrypted: give an https address, or allow this one with "
            "--plain-http.",
            Misfit.PLAIN_HTTP,
        )
    return text


def shown_url(url: str) -> str:
    """Give an address without its query, which may hold a secret, for logs."""
    return url.partition("?")[0]


def pause(attempts: int, chance: float, longest: float = LONGEST_PAUSE) -> float:
    """Give the seconds until the next attempt after so many: doubled each time, and by ``chance`` (0 to 1) less."""
    whole = min(longest, FIRST_PAUSE * 2.0 ** min(attempts - 1, 30))
    # Up to a half less: those that failed together do not come back together.
    return whole * (1.0 - chance / 2.0)


def found(webhooks: Sequence[Webhook], reference: str) -> Webhook:
    """Give the webhook that is meant by its address, its id or the beginning of one; raises UnfitWebhook."""
    matching = [one for one in webhooks if one.url == reference or (reference and one.id.startswith(reference))]
    if len(matching) != 1:
        count = "There is no webhook" if not matching else f"{len(matching)} webhooks are meant by"
        raise UnfitWebhook(f"{count} {reference!r}: give an id that `perch webhook list` shows.", Misfit.UNKNOWN)
    return matching[0]
