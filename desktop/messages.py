"""Words for a person at the window: a sentence and a remedy for each fault and each outcome of the keyring.

Belongs here: text. Must not know: widgets. What SCIM or the rules of tokens refuse, they word themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QCoreApplication

from server.faults import Fault, FaultCode
from server.workspace import Misfit, Outcome, ScimError, TokenRuleError, UnfitWebhook

if TYPE_CHECKING:
    from collections.abc import Mapping


class Message(NamedTuple):
    """What is wrong, and what to do about it."""

    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("messages", text)


_FAULTS: Final[Mapping[FaultCode, tuple[str, str]]] = {
    FaultCode.DISK_FULL: ("The disk is full: {detail}.", "Nothing was changed. Free some space and try again."),
    FaultCode.DATABASE_LOCKED: (
        "Another program holds {detail} and does not let go.",
        "Close it, or wait until its backup or virus scan is done.",
    ),
    FaultCode.DATABASE_CORRUPT: (
        "{detail} is damaged, or is no Perch database.",
        "Restore a backup under Settings; the damaged file is kept beside it.",
    ),
    FaultCode.DATABASE_NEWER: (
        "{detail}: it was written by a newer Perch.",
        "Update this Perch, or start it with another data folder.",
    ),
    FaultCode.FOLDER_UNWRITABLE: (
        "{detail} cannot be written to.",
        "Make it a folder that you own, or choose another data folder.",
    ),
    FaultCode.FOLDER_MISSING: ("There is no folder {detail}.", "Create it, or choose another data folder."),
    FaultCode.PORT_IN_USE: (
        "Another program listens on {detail}.",
        "Stop it, or choose another port under Settings.",
    ),
    FaultCode.PORT_FORBIDDEN: ("The system does not allow listening on {detail}.", "Choose a port above 1023."),
    FaultCode.ADDRESS_UNUSABLE: (
        "{detail} is no address of this machine.",
        "Choose one that is under Settings, such as 127.0.0.1.",
    ),
    FaultCode.ALREADY_SERVING: (
        "An endpoint serves this data folder already: {detail}.",
        "Perch watches that one instead.",
    ),
    FaultCode.SETTING_INVALID: ("{detail}", "Correct it under Settings."),
    FaultCode.BACKUP_UNUSABLE: (
        "{detail} cannot be used as a backup.",
        "Nothing was changed. Choose a file that Perch made.",
    ),
    FaultCode.TARGET_EXISTS: ("{detail} exists already and is left as it is.", "Choose another name."),
    FaultCode.STORE_FAILED: (
        "The database could not be used: {detail}.",
        "Nothing was changed. Check the disk, then try again.",
    ),
}

_KEYRING: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.STORED: ("Saved to {keyring}", "You can copy the token again later."),
    Outcome.LOCKED: ("Not saved: the keyring is locked", "Unlock it and try again, or keep the token yourself now."),
    Outcome.DISMISSED: (
        "Not saved: the keyring was not unlocked",
        "Try again and unlock it when asked, or keep the token yourself now.",
    ),
    Outcome.ABSENT: (
        "Not saved: this system has no keyring",
        "Keep the token yourself now: it is not shown again. The token works either way.",
    ),
    Outcome.REFUSED: (
        "Not saved: the configured keyring does not protect secrets",
        "Keep the token yourself now: it is not shown again. The token works either way.",
    ),
    Outcome.TOO_SLOW: (
        "Not saved: the keyring did not answer in time",
        "Try again, or keep the token yourself now.",
    ),
    Outcome.FAILED: ("Not saved: the keyring could not keep it", "Try again, or keep the token yourself now."),
}

_NO_COPY: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.LOCKED: ("The keyring is locked.", "Unlock it and try again."),
    Outcome.DISMISSED: ("The keyring was not unlocked.", "Try again and unlock it when asked."),
    Outcome.ABSENT: ("The keyring holds no copy of this token.", "Rotate the token to get a new one."),
    Outcome.REFUSED: (
        "The configured keyring does not protect secrets and is not used.",
        "Rotate the token to get a new one.",
    ),
    Outcome.TOO_SLOW: ("The keyring did not answer in time.", "Try again."),
    Outcome.FAILED: ("The keyring could not be read.", "Rotate the token to get a new one."),
}

_NO_SECRET: Final[Mapping[Outcome, str]] = {
    Outcome.LOCKED: "The keyring is locked: unlock it and try again.",
    Outcome.DISMISSED: "The keyring was not unlocked: try again and unlock it when asked.",
    Outcome.ABSENT: "The keyring holds no secret of this webhook: remove it, and add it anew.",
    Outcome.REFUSED: "The configured keyring does not protect secrets and is not used: add the webhook anew.",
    Outcome.TOO_SLOW: "The keyring did not answer in time: try again.",
    Outcome.FAILED: "The keyring could not be read: remove the webhook, and add it anew.",
}

_NOT_KEPT: Final[Mapping[Outcome, str]] = {
    Outcome.LOCKED: "The keyring is locked: unlock it and try again, or choose a private file.",
    Outcome.DISMISSED: "The keyring was not unlocked: try again and unlock it when asked, or choose a private file.",
    Outcome.ABSENT: "This system has no keyring: choose a private file.",
    Outcome.REFUSED: "The configured keyring does not protect secrets and is not used: choose a private file.",
    Outcome.TOO_SLOW: "The keyring did not answer in time: try again, or choose a private file.",
    Outcome.FAILED: "The keyring could not keep the secret: try again, or choose a private file.",
}


def worded(error: BaseException) -> Message:
    """Give the words for whatever a workspace's call raised."""
    if isinstance(error, Fault):
        sentence, remedy = _FAULTS[error.code]
        return Message(tr(sentence).format(detail=error.detail), tr(remedy))
    if isinstance(error, UnfitWebhook):
        return _of_webhook(error)
    if isinstance(error, ScimError | TokenRuleError):
        return Message(str(error), "")
    return Message(
        tr("Something went wrong inside Perch ({kind}).").format(kind=type(error).__name__),
        tr("Nothing was changed. Make a diagnostic bundle under Settings and send it to us."),
    )


def _of_webhook(error: UnfitWebhook) -> Message:
    """Give the words for what a webhook cannot be; those of the rules name options of the command line."""
    if error.misfit is Misfit.PLAIN_HTTP:
        return Message(tr("People's data would cross the network unencrypted."), tr("Use https, or allow this one."))
    if error.misfit is Misfit.TAKEN:
        return Message(tr("This address is told of changes already."), tr("Give another one."))
    if error.misfit is Misfit.KEYRING:
        return Message(tr(_NO_SECRET[Outcome(error.outcome)]), "")
    return Message(str(error), "")


def of_secret_not_kept(outcome: Outcome) -> str:
    """Say why the keyring did not take the secret of a new webhook, and what else can be done."""
    return tr(_NOT_KEPT[outcome])


def of_fault(code: FaultCode, detail: str) -> Message:
    """Give the words for a fault that another process reported."""
    return worded(Fault(code, detail))


def of_keeping(outcome: Outcome, keyring: str) -> Message:
    """Say what became of the copy in the keyring."""
    sentence, remedy = _KEYRING[outcome]
    return Message(tr(sentence).format(keyring=keyring or tr("your keyring")), tr(remedy))


def of_fetching(outcome: Outcome) -> Message:
    """Say why the keyring gave no copy."""
    sentence, remedy = _NO_COPY[outcome]
    return Message(tr(sentence), tr(remedy))
