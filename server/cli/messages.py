"""Words for what can go wrong: a sentence and its remedy for each fault, rule and refusal.

Belongs here: text for a person at a terminal. Must not know: which command was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.faults import Fault, FaultCode
from server.scim.errors import InvalidValue
from server.scim.resource import are_required
from server.vault import Outcome

if TYPE_CHECKING:
    from server.scim.errors import ScimError
    from server.tokens import TokenRuleError

FAULTS: Final[dict[FaultCode, str]] = {
    FaultCode.DISK_FULL: (
        "The disk is full: {detail} could not be written and nothing was changed. Free some space and "
        "repeat the command."
    ),
    FaultCode.DATABASE_LOCKED: (
        "Another program holds {detail} and does not let go. Close it (or wait until its backup or virus "
        "scan is done) and repeat the command."
    ),
    FaultCode.DATABASE_CORRUPT: (
        "{detail} is damaged or no Perch database. Bring a backup back with `perch restore FILE`; the "
        "damaged file is kept beside it."
    ),
    FaultCode.DATABASE_NEWER: (
        "{detail}: it was written by a newer Perch. Update this one, or name another folder with --data-dir."
    ),
    FaultCode.FOLDER_UNWRITABLE: (
        "{detail} cannot be written to. Make it yours (owner and permissions), or name another folder with --data-dir."
    ),
    FaultCode.FOLDER_MISSING: ("There is no folder {detail}. Create it, or name another with --data-dir."),
    FaultCode.PORT_IN_USE: (
        "Another program listens on {detail}. Stop it, or choose another port with --port (0 picks a free one)."
    ),
    FaultCode.PORT_FORBIDDEN: ("The system does not let you listen on {detail}. Choose a port above 1023 with --port."),
    FaultCode.ADDRESS_UNUSABLE: (
        "{detail} is no address of this machine. Choose one that is with --host, such as 127.0.0.1."
    ),
    FaultCode.ALREADY_SERVING: (
        "An endpoint serves this data folder already: {detail}. Stop it first, or name another folder with --data-dir."
    ),
    FaultCode.SETTING_INVALID: "{detail}",
    FaultCode.BACKUP_UNUSABLE: (
        "{detail} cannot be used as a backup and nothing was changed. Choose a file that `perch backup` wrote."
    ),
    FaultCode.TARGET_EXISTS: "{detail} exists already and is left as it is. Choose another name.",
    FaultCode.STORE_FAILED: (
        "The database could not be used: {detail}. Nothing was changed; `perch doctor` looks for the cause."
    ),
}

DAMAGED_LOG: Final = "{detail} is damaged. Delete it: the log of requests is in it and nothing of the directory."

KEYRING: Final[dict[Outcome, str]] = {
    Outcome.STORED: ("Your copy is in the system's keyring: `perch token show {reference} --secret` prints it again."),
    Outcome.LOCKED: ("The system's keyring is locked, so no copy was kept: note the token now, it is not shown again."),
    Outcome.DISMISSED: (
        "The keyring was not unlocked, so no copy was kept: note the token now, it is not shown again."
    ),
    Outcome.ABSENT: ("This system has no keyring, so no copy was kept: note the token now, it is not shown again."),
    Outcome.REFUSED: (
        "The configured keyring does not protect secrets, so no copy was kept: note the token now, it is "
        "not shown again."
    ),
    Outcome.TOO_SLOW: ("The keyring did not answer in time: take it that no copy was kept and note the token now."),
    Outcome.FAILED: ("The keyring could not keep a copy: note the token now, it is not shown again."),
}

NO_COPY: Final[dict[Outcome, str]] = {
    Outcome.LOCKED: "The system's keyring is locked. Unlock it and repeat the command.",
    Outcome.DISMISSED: ("The keyring was not unlocked. Repeat the command and unlock it when asked."),
    Outcome.ABSENT: ("The system's keyring holds no copy of this token. Rotate the token to get a new one."),
    Outcome.REFUSED: (
        "The configured keyring does not protect secrets and is not used. Rotate the token to get a new one."
    ),
    Outcome.TOO_SLOW: "The keyring did not answer in time. Repeat the command.",
    Outcome.FAILED: "The keyring could not be read. Rotate the token to get a new one.",
}


def worded(error: Fault | TokenRuleError | ScimError) -> str:
    """Give the sentence for an error; the rules of tokens and of SCIM word theirs themselves."""
    if isinstance(error, Fault):
        if error.code is FaultCode.DATABASE_CORRUPT and "activity.db" in error.detail:
            return DAMAGED_LOG.format(detail=error.detail)
        return FAULTS[error.code].format(detail=error.detail)
    if isinstance(error, InvalidValue) and error.missing:
        # Its own words are for Okta's task list: here there is no mapping.
        last = error.missing[-1]
        remedy = "give a name" if last == "displayName" else f"give each as ATTRIBUTE=VALUE, such as {last}=…"
        return f"{are_required(error.missing)}: {remedy}."
    return str(error)
