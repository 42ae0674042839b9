"""A webhook's secret is in the keyring, in a private file or in a variable, and is refused where others may read it."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from server.vault import Outcome, Vault
from server.webhook.secret import SecretKeeper, new_secret, service_name
from server.webhook.subscription import SecretPlace, UnfitWebhook, Webhook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gnome_keyring import SecretService


def webhook(place: SecretPlace, name: str = "") -> Webhook:
    return Webhook("w1", "https://consumer.example.com/", place, name, "", "", 0)


def test_a_secret_is_random_and_long() -> None:
    assert new_secret() != new_secret()
    assert len(new_secret()) > 43


def test_a_file_is_made_for_its_owner_only_and_read_again(tmp_path: Path) -> None:
    one = webhook(SecretPlace.FILE, str(tmp_path / "secret"))
    made = SecretKeeper().keep(one)
    assert made is not None
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert SecretKeeper().read(one) == made
    # What is there is taken as it is, and is not shown again.
    assert SecretKeeper().keep(one) is None
    assert SecretKeeper().forget(one) is None
    assert (tmp_path / "secret").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("a-secret-of-the-tests", "utf-8")
    path.chmod(0o640)
    with pytest.raises(UnfitWebhook, match="chmod 600"):
        SecretKeeper().keep(webhook(SecretPlace.FILE, str(path)))


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 5000, b"\xff" * 20])
def test_a_file_without_a_fit_secret_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(UnfitWebhook):
        SecretKeeper().read(webhook(SecretPlace.FILE, str(path)))


def test_a_file_that_cannot_be_written_or_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnfitWebhook, match="could not be written"):
        SecretKeeper().keep(webhook(SecretPlace.FILE, str(tmp_path / "nowhere" / "secret")))
    with pytest.raises(UnfitWebhook, match="cannot be read"):
        SecretKeeper().read(webhook(SecretPlace.FILE, str(tmp_path / "secret")))


def test_a_variable_belongs_to_the_endpoint_and_may_be_set_later(monkeypatch: pytest.MonkeyPatch) -> None:
    one = webhook(SecretPlace.ENVIRONMENT, "PERCH_TESTS_SECRET")
    monkeypatch.delenv("PERCH_TESTS_SECRET", raising=False)
    assert SecretKeeper().keep(one) is None
    with pytest.raises(UnfitWebhook, match="PERCH_TESTS_SECRET is not set"):
        SecretKeeper().read(one)
    monkeypatch.setenv("PERCH_TESTS_SECRET", "a-secret-of-the-tests")
    assert SecretKeeper().read(one) == "a-secret-of-the-tests"


def test_without_a_keyring_the_other_places_are_named() -> None:
    with pytest.raises(UnfitWebhook, match="--secret-file"):
        SecretKeeper().keep(webhook(SecretPlace.KEYRING))
    with pytest.raises(UnfitWebhook, match="absent"):
        SecretKeeper().read(webhook(SecretPlace.KEYRING))


def test_the_keyring_keeps_it_under_a_name_of_its_own(secret_service: SecretService) -> None:
    from keyring.backends.SecretService import Keyring  # noqa: PLC0415 -- only there on Linux

    vault = Vault(choose=Keyring, named=service_name)
    one, keeper = webhook(SecretPlace.KEYRING), SecretKeeper(vault)
    made = keeper.keep(one)
    assert made is not None
    assert keeper.read(one) == made
    assert "Perch webhook w1" in secret_service.services()
    assert keeper.forget(one) is Outcome.ABSENT
    assert "Perch webhook w1" not in secret_service.services()
