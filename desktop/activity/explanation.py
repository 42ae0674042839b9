"""Why a request ended as it did, in plain words, what Okta makes of it, and what to do.

Belongs here: rules from a kept request to sentences. Must not know: widgets, the workspace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop.widgets import when
from server.okta.verdicts import Asked, detail, verdict
from server.records import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.records import ActivityRecord, Token

_SECONDS: Final = re.compile(r"wait (\d+) seconds")
_CREATES: Final = {"users": Asked.CREATE_USER, "groups": Asked.CREATE_GROUP}
_VERBS: Final = {"PUT": Asked.REPLACE, "PATCH": Asked.MODIFY, "DELETE": Asked.DELETE}


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("explanation", text)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of a request beside its meaning; empty where there is nothing to say."""

    tone: str
    why: str = ""
    told: str = ""
    """What the answer says, word for word, where Okta does not quote it."""
    okta: str = ""
    """What Okta shows its admin, or does."""
    remedy: str = ""
    ignored: tuple[str, ...] = ()
    """What the request named and Perch left out."""


def explain(record: ActivityRecord, token: Token | None = None) -> Explanation:
    """Explain a request; ``token`` is the one it came with, where that is known."""
    told = detail((record.response_body or "").encode())
    if record.status < 400:
        return Explanation("ok", okta=_okta(record, told), ignored=record.ignored)
    if record.refusal is not None:
        why, remedy = _refused(record.refusal, token)
    else:
        why, remedy = _failed(record)
    tone = "err" if record.status >= 500 or record.status in {401, 403} else "warn"
    okta = _okta(record, told)
    # Okta quotes the answer: once is enough.
    return Explanation(tone, why, "" if told and told in okta else told, okta, remedy, record.ignored)


def _refused(refusal: Refusal, token: Token | None) -> tuple[str, str]:
    why, remedy = _REFUSALS[refusal]
    name = f"“{token.label}”" if token is not None else tr("The token")
    at = ""
    if token is not None:
        at = {Refusal.EXPIRED: when.exact(token.expires), Refusal.REVOKED: when.exact(token.revoked)}.get(refusal, "")
    return tr(why).format(token=name, at=f" ({at})" if at else ""), tr(remedy)


_PASTE: Final = "Paste it in Okta under Provisioning, Integration, and click Test."
_REFUSALS: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.MISSING: (
        "No token came with this request.",
        "In Okta choose HTTP Header as the authentication mode and paste a token of Perch there.",
    ),
    Refusal.MALFORMED: (
        "What came as the token is none of Perch's: it is cut off, mistyped or of another product.",
        f"Copy the token once more under Tokens, whole and without the word Bearer. {_PASTE}",
    ),
    Refusal.UNKNOWN: (
        (
            "The token is well formed, but this data folder knows no such token: another Perch made it, or the folder "
            "was replaced by an older backup."
        ),
        f"Generate a token here. {_PASTE}",
    ),
    Refusal.EXPIRED: ("{token} has expired{at}.", f"Rotate it, or generate a new one. {_PASTE}"),
    Refusal.REVOKED: (
        "{token} was revoked{at} and never works again.",
        f"If Okta is to go on, generate a new token. {_PASTE}",
    ),
    Refusal.READ_ONLY: (
        "{token} may only read, and this request asks for a change.",
        f"Generate a token with read and write access. {_PASTE}",
    ),
}


def _failed(record: ActivityRecord) -> tuple[str, str]:
    noun = tr("group") if "/groups" in record.path.lower() else tr("person")
    found = _TYPES.get(record.scim_type or "") or _STATUSES.get(record.status) or _UNKNOWN
    if record.status == 404 and not _names_resource(record.path):
        found = _NO_ENDPOINT
    why, remedy = found
    return tr(why).format(noun=noun), tr(remedy).format(noun=noun)


_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "uniqueness": (
        "Another {noun} has this name already; names are compared without case, and deactivated ones count.",
        (
            "Find the other {noun} here and delete or rename one of the two, or import in Okta and match them. "
            "Then retry the task in Okta."
        ),
    ),
    "invalidValue": (
        "The request lacks a value that is required here, or a value is of the wrong kind.",
        (
            "Map the attribute in Okta under Provisioning, To App, or stop requiring it under Settings. "
            "Then retry the task."
        ),
    ),
    "invalidSyntax": (
        "The body could not be read: it is no JSON, or not the message that belongs here.",
        "Okta does not send this by itself: look for a proxy or a script that changes the body.",
    ),
    "invalidFilter": (
        "The filter could not be read, or asks what the attribute cannot answer.",
        'Compare with a form like userName eq "ada@example.com"; check the unique identifier field in Okta.',
    ),
    "invalidPath": ("A path in the request names no attribute.", "Correct the attribute's name where it is mapped."),
    "noTarget": (
        "The change names something that is not there, so there was nothing to change.",
        "Let Okta push the {noun} again; its idea of it is older than what is here.",
    ),
    "mutability": ("The change touches what may not be changed.", "Take the attribute out of Okta's mapping."),
    "tooMany": ("The answer would be too large for one request.", "Ask with a narrower filter or in pages."),
    "sensitive": (
        "The address of the request holds a secret, and addresses end up in logs.",
        "Send it in the body: POST to /.search.",
    ),
    "invalidVers": ("Another version of SCIM was asked for.", "End the base URL in /scim/v2."),
    "invalidCursor": ("The page asked for is not of this list.", "Begin the list anew."),
    "expiredCursor": ("The list was left lying for too long.", "Begin the list anew."),
    "invalidCount": ("The page size cannot be used.", "Ask for a count of 1 or more."),
}
_STATUSES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("The request could not be understood.", "Look at the answer: it names what is wrong."),
    401: ("No valid token came with the request.", f"Generate a token. {_PASTE}"),
    403: (
        "The request came from a web page, and those are refused.",
        "Call the endpoint from a program, not from a browser.",
    ),
    404: (
        "There is no such {noun} here: it was deleted, or the id was given by another server.",
        "Unassign and assign again in Okta, so that it looks the {noun} up and creates it.",
    ),
    405: ("This address does not take that method.", "Check the base URL: it ends in /scim/v2."),
    408: ("The request did not come in whole, or too slowly.", "Check the network or the proxy in between."),
    412: (
        "The {noun} has changed since the client read it.",
        "The client has to read it again and repeat the change.",
    ),
    413: ("The body is larger than this endpoint takes.", "Send less at once."),
    415: ("The body is compressed, or its Content-Type is not JSON.", "Send it as application/scim+json."),
    421: (
        "The request was meant for another host name than this endpoint answers for.",
        "Set the public URL under Settings to the name that is used in Okta.",
    ),
    429: (
        "Too many requests came in a short time.",
        "Nothing to do where it passes; else let this token do more under Settings.",
    ),
    500: (
        "Something went wrong inside Perch; the request was not carried out.",
        "Make a diagnostic bundle under Settings and send it to us.",
    ),
    501: ("Perch does not offer this.", "Use another request; Okta never sends this one."),
    503: (
        "The directory could not be used at that moment, for want of disk space or because another program held it.",
        "See what the status says, mend it, then retry the task in Okta.",
    ),
}
_NO_ENDPOINT: Final = (
    "There is nothing at this address.",
    "Check the base URL in Okta: it ends in /scim/v2, with nothing behind it.",
)
_UNKNOWN: Final = ("The request was refused.", "Look at the answer: it names what is wrong.")


def _names_resource(path: str) -> bool:
    segments = [part for part in path.lower().split("/") if part]
    return len(segments) >= 2 and segments[-2] in {"users", "groups"}


def _asked(record: ActivityRecord) -> Asked | None:
    """Tell what Okta would have asked for by such a request; None for what Okta never sends."""
    segments = [part for part in record.path.lower().split("/") if part]
    if not segments:
        return None
    if _names_resource(record.path):
        return Asked.READ if record.method == "GET" else _VERBS.get(record.method)
    if segments[-1] not in _CREATES:
        return None
    if record.method == "POST":
        return _CREATES[segments[-1]]
    if record.method == "GET":
        return Asked.FIND if "filter=" in record.query.lower() else Asked.LIST
    return None


def _okta(record: ActivityRecord, told: str) -> str:
    """Say what Okta shows, as far as the kept answer tells."""
    asked = _asked(record)
    if asked is None:
        return ""
    if record.status == 429:
        seconds = _SECONDS.search(told)
        if seconds is None:
            return tr("Nothing yet: it sends this request again by itself, up to ten times.")
        return tr("Nothing yet: it sends this request again after {seconds} seconds, up to ten times.").format(
            seconds=seconds[1]
        )
    body = record.response_body or ""
    if not is_whole(body) or (record.status < 400 and not body and record.status != 204):
        return ""
    found = verdict(record.status, body.encode(), asked)
    return "" if found.ok else found.sentence


def is_whole(body: str) -> bool:
    """Tell whether a kept body is all there, secrets aside."""
    return not body.startswith(("[withheld: ", "[not kept: ")) and not body.endswith(" bytes in all]")
