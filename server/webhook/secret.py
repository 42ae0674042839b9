"""Where the secret of a webhook is: the keyring, a private file or a variable, never the database.

Belongs here: making, keeping, reading and forgetting it. Must not know: what is signed with it.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.vault import Outcome, Vault
from server.webhook.subscription import Misfit, SecretPlace, UnfitWebhook

if TYPE_CHECKING:
    from server.webhook.subscription import Webhook

PREFIX: Final = "perch_webhook_"
LEAST: Final = 16
"""Characters of the shortest secret that is taken."""
MOST: Final = 4_096


def service_name(webhook_id: str) -> str:
    """Return the name under which the keyring has a webhook's secret."""
    return f"Perch webhook {webhook_id}"


def new_secret() -> str:
    """Make a secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


class SecretKeeper:
    """Keeps and gives the secrets of webhooks."""

    def __init__(self, vault: Vault | None = None) -> None:
        self._vault = vault or Vault(named=service_name)

    def keep(self, webhook: Webhook) -> str | None:
        """Make sure that a new webhook has a secret; give it if it was made just now.

        Raises:
            UnfitWebhook: it cannot be kept there, or what is there cannot be used.

        """
        if webhook.secret_place is SecretPlace.KEYRING:
            made = new_secret()
            outcome = self._vault.store(webhook.id, made)
            if outcome is not Outcome.STORED:
                raise UnfitWebhook(
                    f"The system's keyring cannot keep the webhook's secret ({outcome}): name a private file with "
                    "--secret-file, or a variable of the endpoint with --secret-env.",
                    Misfit.KEYRING,
                    outcome,
                )
            return made
        if webhook.secret_place is SecretPlace.FILE and not Path(webhook.secret_name).exists():
            return _written(Path(webhook.secret_name), new_secret())
        if webhook.secret_place is SecretPlace.FILE:
            self.read(webhook)
        return None

    def read(self, webhook: Webhook) -> str:
        """Give a webhook's secret; raises UnfitWebhook when it is not there or not kept well."""
        if webhook.secret_place is SecretPlace.ENVIRONMENT:
            secret = os.environ.get(webhook.secret_name, "")
            if not secret:
                raise UnfitWebhook(
                    f"The variable {webhook.secret_name} is not set here: set it where Perch is started.", Misfit.SECRET
                )
            return _fit(secret, webhook.secret_name)
        if webhook.secret_place is SecretPlace.FILE:
            return _fit(_content(Path(webhook.secret_name)), webhook.secret_name)
        kept = self._vault.fetch(webhook.id)
        if kept.secret is None:
            raise UnfitWebhook(
                f"The system's keyring does not give the webhook's secret ({kept.outcome}): unlock it, or add the "
                "webhook anew with its secret in a private file.",
                Misfit.KEYRING,
                kept.outcome,
            )
        return kept.secret

    def forget(self, webhook: Webhook) -> Outcome | None:
        """Take a removed webhook's secret out of the keyring; what is elsewhere is its owner's (None)."""
        return self._vault.delete(webhook.id) if webhook.secret_place is SecretPlace.KEYRING else None


def _written(path: Path, secret: str) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "w", encoding="ascii") as file:  # noqa: PTH123 -- a handle, made private
                file.write(f"{secret}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
    except OSError as error:
        sentence = f"{path} could not be written ({error.strerror}): name another file."
        raise UnfitWebhook(sentence, Misfit.SECRET) from error
    return secret


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise UnfitWebhook(f"Others may read {path}: make it private with `chmod 600`.", Misfit.SECRET)
            return file.read(MOST + 1).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        sentence = f"The webhook's secret in {path} cannot be read ({reason}): put it there."
        raise UnfitWebhook(sentence, Misfit.SECRET) from error


def _fit(secret: str, place: str) -> str:
    if not LEAST <= len(secret) <= MOST:
        raise UnfitWebhook(
            f"The webhook's secret in {place} is too short or too long: give {LEAST} to {MOST} characters.",
            Misfit.SECRET,
        )
    return secret
