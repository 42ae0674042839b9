"""Tokens with their copies, against a real Secret Service and against keyrings that hesitate."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import keyring.backends.fail
import keyring.backends.SecretService
import pytest
from keyring.backend import KeyringBackend

from server.config import ServerConfig
from server.custody import Custody
from server.records import TokenStatus
from server.token_life import Switch, status
from server.tokens import TokenRuleError, TokenUse
from server.vault import Outcome, Vault, service_name
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.issuing import TokenIssuer
    from server.store.tokens import SqliteTokenStore
    from tests.gnome_keyring import SecretService

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def known_backends() -> Iterator[None]:
    kept = set(KeyringBackend._classes)
    yield
    KeyringBackend._classes.clear()
    KeyringBackend._classes.update(kept)


class _Hesitating(KeyringBackend):
    """Waits until a person has answered it, as an unlock dialog does; keeps in a dict."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        del username
        assert self.answered.wait(PATIENCE)
        return self.kept.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:
        del username
        self.kept[service] = password

    def delete_password(self, service: str, username: str) -> None:
        del username
        del self.kept[service]


def hesitating() -> _Hesitating:
    """Carries a trusted keyring's name, which lets it in."""
    kind: type[_Hesitating] = type("Keyring", (_Hesitating,), {"__module__": "keyring.backends.macOS"})
    return kind()


def custody(issuer: TokenIssuer, backend: KeyringBackend, patience: float = PATIENCE) -> Custody:
    return Custody(issuer, "tests", Vault(choose=lambda: backend, attended=lambda: False, patience=patience))


def lines(issuer: TokenIssuer, token_id: str) -> list[tuple[str, str]]:
    return [(line.event, line.detail) for line in issuer.history(token_id)]


def secret_service_custody(workspace: Workspace) -> Custody:
    return custody(workspace.tokens, made(keyring.backends.SecretService.Keyring))


def made(kind: type[KeyringBackend]) -> KeyringBackend:
    return kind()


def test_a_copy_lives_and_dies_with_its_token(workspace: Workspace, secret_service: SecretService) -> None:
    mine = secret_service_custody(workspace)
    issued = mine.issue("Okta")
    assert mine.keep(issued) is Outcome.STORED
    assert mine.secret(issued.token.id).secret == issued.secret
    assert [token.keyring for token in mine.revoke(issued.token.id)] == ["absent"]
    assert service_name(issued.token.id) not in secret_service.services()
    assert [event for event, _ in lines(workspace.tokens, issued.token.id)] == [
        "created",
        "stored",
        "revoked",
        "forgotten",
    ]
    assert {line.actor for line in workspace.tokens.history(issued.token.id)} == {"tests"}


def test_revoking_works_while_the_keyring_is_locked_and_says_that_the_copy_stays(
    workspace: Workspace, secret_service: SecretService
) -> None:
    mine = secret_service_custody(workspace)
    issued = mine.issue("Okta")
    mine.keep(issued)
    secret_service.lock()
    try:
        (revoked,) = mine.revoke(issued.token.id)
    finally:
        secret_service.unlock()
    assert status(revoked, mine.now()) is TokenStatus.REVOKED
    assert revoked.keyring == "stored"
    assert lines(workspace.tokens, issued.token.id)[-1] == ("copy left", "in the keyring: locked")
    assert [token.keyring for token in mine.revoke(issued.token.id)] == ["absent"]


def test_revoking_takes_the_copy_of_the_one_it_replaces_out_of_the_keyring_too(workspace: Workspace) -> None:
    backend = hesitating()
    backend.answered.set()
    mine = custody(workspace.tokens, backend)
    old = mine.issue("Okta")
    mine.keep(old)
    new = mine.rotate(old.token.id)
    mine.keep(new)
    assert set(backend.kept) == {service_name(old.token.id), service_name(new.token.id)}
    ended = mine.revoke(new.token.id)
    assert [(token.id, token.keyring) for token in ended] == [(new.token.id, "absent"), (old.token.id, "absent")]
    assert backend.kept == {}


def test_a_keyring_has_the_name_that_a_person_knows(workspace: Workspace, secret_service: SecretService) -> None:
    assert secret_service.bus
    probe = secret_service_custody(workspace).probe()
    assert (probe.outcome, probe.name) == (Outcome.STORED, "GNOME Keyring")


def test_without_a_keyring_a_token_works_and_its_history_says_why_there_is_no_copy(workspace: Workspace) -> None:
    mine = custody(workspace.tokens, made(keyring.backends.fail.Keyring))
    issued = mine.issue("Okta")
    assert mine.keep(issued) is Outcome.ABSENT
    assert lines(workspace.tokens, issued.token.id)[-1] == ("not kept", "no copy in the keyring: absent")
    assert (mine.probe().outcome, mine.probe().name) == (Outcome.ABSENT, "")
    (revoked,) = mine.revoke(issued.token.id)
    assert [event for event, _ in lines(workspace.tokens, revoked.id)] == ["created", "not kept", "revoked"]


def test_an_answer_that_comes_after_the_waiting_is_noted_and_told(workspace: Workspace) -> None:
    backend = hesitating()
    mine = custody(workspace.tokens, backend)
    issued = mine.issue("Okta")
    told: list[Outcome] = []
    settled = threading.Event()

    def settle(outcome: Outcome) -> None:
        told.append(outcome)
        settled.set()

    assert mine.keep(issued, patience=0.05, settled=settle) is Outcome.TOO_SLOW
    assert workspace.tokens.find(issued.token.id).keyring == "too_slow"
    backend.answered.set()
    assert settled.wait(PATIENCE)
    assert told == [Outcome.STORED]
    assert workspace.tokens.find(issued.token.id).keyring == "stored"
    assert [event for event, _ in lines(workspace.tokens, issued.token.id)] == ["created", "not kept", "stored"]


def test_an_answer_in_time_is_noted_once(workspace: Workspace) -> None:
    backend = hesitating()
    backend.answered.set()
    mine = custody(workspace.tokens, backend)
    issued = mine.issue("Okta")
    told: list[Outcome] = []
    assert mine.keep(issued, settled=told.append) is Outcome.STORED
    assert told == []
    assert [event for event, _ in lines(workspace.tokens, issued.token.id)] == ["created", "stored"]


def test_trying_again_while_the_keyring_still_hesitates_is_too_slow_as_well(workspace: Workspace) -> None:
    backend = hesitating()
    mine = custody(workspace.tokens, backend, patience=0.05)
    issued = mine.issue("Okta")
    settled = threading.Event()
    mine.keep(issued, settled=lambda _: settled.set())
    assert mine.keep(issued) is Outcome.TOO_SLOW
    backend.answered.set()
    assert settled.wait(PATIENCE)
    assert mine.keep(issued, patience=PATIENCE) is Outcome.STORED


def test_an_answer_after_the_workspace_was_closed_is_told_and_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backend = hesitating()
    settled = threading.Event()
    with Workspace.open(tmp_path / "data", ServerConfig()) as workspace:
        mine = custody(workspace.tokens, backend)
        issued = mine.issue("Okta")
        assert mine.keep(issued, patience=0.05, settled=lambda _: settled.set()) is Outcome.TOO_SLOW
    backend.answered.set()
    assert settled.wait(PATIENCE)
    assert "could not be noted" in caplog.text
    assert issued.secret not in caplog.text


def test_a_rotation_tells_when_the_client_has_switched(workspace: Workspace) -> None:
    mine, store = workspace.custody, workspace.token_store
    old = mine.issue("Okta").token
    assert mine.rotation(old.id) is None
    use(store, old.id, "2026-11-24T10:00:00.000Z")
    new = mine.rotate(old.id, overlap=timedelta(days=3)).token
    assert switch_of(mine, old.id) is Switch.WAITING
    use(store, new.id, "2026-11-24T11:00:00.000Z")
    assert switch_of(mine, old.id) is Switch.SWITCHED
    use(store, old.id, "2026-11-24T11:30:00.000Z")
    use(store, new.id, "2026-11-24T12:00:00.000Z")
    assert switch_of(mine, old.id) is Switch.BOTH


def switch_of(mine: Custody, token_id: str) -> Switch:
    found = mine.rotation(token_id)
    assert found is not None
    return found.switch


def use(store: SqliteTokenStore, token_id: str, at: str) -> None:
    store.touch([TokenUse(token_id, at, "10.0.0.1", "Okta SCIM Client 1.0.0")]).result(PATIENCE)


def test_nobody_knows_a_token_that_is_not_there(workspace: Workspace) -> None:
    for wish in (workspace.custody.revoke, workspace.custody.rotate, workspace.custody.rotation):
        with pytest.raises(TokenRuleError):
            wish("nobody")


def test_a_secret_shows_in_no_repr(workspace: Workspace) -> None:
    backend = hesitating()
    backend.answered.set()
    mine = custody(workspace.tokens, backend)
    issued = mine.issue("Okta")
    mine.keep(issued)
    assert issued.secret not in repr((issued, mine.secret(issued.token.id), mine.probe(), mine))
