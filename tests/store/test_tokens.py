from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from server.faults import StoreUnavailable
from server.issuing import TokenIssuer
from server.records import Access, Refusal, Token, TokenEvent
from server.store.database import Database
from server.store.migration import migrations
from server.store.tokens import SqliteTokenStore, tokens_of
from server.tokens import (
    Authenticator,
    TokenChange,
    TokenRule,
    TokenRuleError,
    TokenStore,
    TokenUse,
    later,
    timestamp,
)
from tests.memory_token_store import MemoryTokenStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = "2026-11-23T20:48:31.123Z"
SECONDS = datetime.fromisoformat(NOW).timestamp()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "perch.db", "perch")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> SqliteTokenStore:
    return SqliteTokenStore(database)


@pytest.fixture
def issuer(store: SqliteTokenStore) -> TokenIssuer:
    return TokenIssuer(store, clock=lambda: SECONDS)


def test_every_field_of_a_token_comes_back(store: SqliteTokenStore) -> None:
    whole = Token(
        id="7f3a",
        label="Caf\u00e9 \U0001f426",
        test=True,
        access=Access.READ_ONLY,
        digest=bytes(range(32)),
        last_four="wxyz",
        created=NOW,
        created_by="cli:ada",
        expires=later(NOW, timedelta(days=1)),
        revoked=NOW,
        replaced_by="7f3a",
        last_used=NOW,
        last_address="10.0.0.1",
        last_agent="Okta SCIM Client 1.0.0",
        keyring="stored",
    )
    plain = replace(
        whole,
        id="8",
        digest=bytes(32),
        test=False,
        expires=None,
        revoked=None,
        replaced_by=None,
        last_used=None,
    )
    store.change(lambda _: TokenChange((whole, plain), ()))
    assert store.tokens() == [whole, plain]
    assert store.get("7f3a") == whole
    assert store.get("nobody") is None
    assert isinstance(store.tokens()[0].access, Access)


def test_tokens_come_oldest_first(store: SqliteTokenStore) -> None:
    ticks = iter(range(10))
    issuer = TokenIssuer(store, clock=lambda: SECONDS + next(ticks))
    made = [issuer.create(str(number), actor="a").token.id for number in range(5)]
    assert [token.id for token in store.tokens()] == made


def test_the_database_holds_no_secret(issuer: TokenIssuer, database: Database) -> None:
    secret = issuer.create("Okta", actor="a").secret
    database.close()
    for path in database.path.parent.iterdir():
        assert secret[11:54].encode() not in path.read_bytes()


def life(store: TokenStore) -> tuple[list[Token], list[list[TokenEvent]]]:
    seconds, numbers = count(SECONDS), count(1)
    issuer = TokenIssuer(
        store,
        clock=lambda: next(seconds),
        new_id=lambda: f"token-{next(numbers)}",
        random=lambda size: next(numbers).to_bytes(size),
    )
    first = issuer.create("Okta", actor="a", expires="90d").token
    issuer.note_keyring(first.id, "stored", actor="a")
    second = issuer.rotate(first.id, actor="b").token
    issuer.revoke(second.id, actor="c")
    return store.tokens(), [issuer.history(token.id) for token in store.tokens()]


def test_a_life_in_sql_is_the_life_in_memory(store: SqliteTokenStore) -> None:
    assert life(store) == life(MemoryTokenStore())


def test_the_generation_moves_with_each_change_and_not_with_use(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    seen = [store.generation()]
    token = issuer.create("Okta", actor="a").token
    seen.append(store.generation())
    new = issuer.rotate(token.id, actor="a").token
    seen.append(store.generation())
    issuer.revoke(new.id, actor="a")
    seen.append(store.generation())
    issuer.note_keyring(token.id, "stored", actor="a")
    seen.append(store.generation())
    assert len(set(seen)) == 5
    issuer.revoke(new.id, actor="a")
    store.touch([TokenUse(token.id, NOW, "10.0.0.1", "Okta")]).result()
    assert store.generation() == seen[-1]


def test_a_refused_change_writes_nothing(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    issuer.create("Okta", actor="a")
    before = (store.tokens(), store.generation())
    with pytest.raises(TokenRuleError):
        issuer.create("okta", actor="a")
    assert (store.tokens(), store.generation()) == before


def test_a_change_that_fails_half_way_writes_nothing(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    known = issuer.create("Okta", actor="a").token
    stranger = replace(known, id="other", label="same digest")
    before = store.tokens()

    def half(tokens: Sequence[Token]) -> TokenChange:
        return TokenChange((replace(known, label="changed"), stranger), ())

    with pytest.raises(StoreUnavailable, match="UNIQUE"):
        store.change(half)
    assert store.tokens() == before


def test_ten_at_once_cannot_pass_the_cap(store: SqliteTokenStore) -> None:
    issuer = TokenIssuer(store, cap=4)

    def make(number: int) -> str:
        try:
            return issuer.create(f"token {number}", actor="a").token.id
        except TokenRuleError as error:
            return error.rule

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(make, range(10)))
    assert outcomes.count(TokenRule.TOO_MANY) == 6
    assert len(store.tokens()) == 4


def test_ten_at_once_cannot_take_one_label_or_rotate_one_token_twice(issuer: TokenIssuer) -> None:
    def attempt(wish: int) -> bool:
        try:
            issuer.rotate(token.id, actor="a") if wish % 2 else issuer.create("Entra", actor="a")
        except TokenRuleError:
            return False
        return True

    token = issuer.create("Okta", actor="a").token
    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(10)))
    assert sum(outcomes) == 2
    assert sorted(each.label for each in issuer.tokens()) == ["Entra", "Okta", "Okta"]


def test_a_revocation_by_another_process_is_seen(tmp_path: Path, database: Database, issuer: TokenIssuer) -> None:
    secret = issuer.create("Okta", actor="a").secret.encode()
    authenticator = Authenticator(SqliteTokenStore(database))
    found = authenticator.authenticate(secret, SECONDS)
    assert isinstance(found, Token)
    version = database.data_version()
    other = Database.open(tmp_path / "perch.db", "perch")
    try:
        TokenIssuer(SqliteTokenStore(other)).revoke(found.id, actor="cli:ada")
    finally:
        other.close()
    assert database.data_version() != version
    assert authenticator.refresh()
    assert authenticator.authenticate(secret, SECONDS) is Refusal.REVOKED


# Last used


def test_the_last_use_is_kept_and_the_first_enters_the_history(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    token = issuer.create("Okta", actor="a").token
    for second, agent in ((1, "Okta SCIM Client 1.0.0"), (2, "curl")):
        store.touch([TokenUse(token.id, timestamp(SECONDS + second), "10.0.0.1", agent)]).result()
    kept = store.get(token.id)
    assert kept is not None
    assert (kept.last_used, kept.last_address, kept.last_agent) == (
        timestamp(SECONDS + 2),
        "10.0.0.1",
        "curl",
    )
    assert [(event.event, event.actor, event.detail) for event in store.events(token.id)] == [
        ("created", "a", ""),
        ("first used", "10.0.0.1", "Okta SCIM Client 1.0.0"),
    ]


def test_a_use_that_arrives_late_does_not_hide_a_later_one(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    token = issuer.create("Okta", actor="a").token
    for second in (5, 1):
        store.touch([TokenUse(token.id, timestamp(SECONDS + second), "10.0.0.1", str(second))]).result()
    kept = store.get(token.id)
    assert kept is not None
    assert kept.last_agent == "5"


def test_a_change_does_not_forget_a_use_that_it_did_not_see(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    token = issuer.create("Okta", actor="a").token
    store.touch([TokenUse(token.id, NOW, "10.0.0.1", "Okta")]).result()
    store.change(lambda _: TokenChange((replace(token, label="renamed"),), ()))
    kept = store.get(token.id)
    assert kept is not None
    assert (kept.label, kept.last_used) == ("renamed", NOW)


def test_the_use_of_a_token_that_is_not_there_is_dropped(store: SqliteTokenStore) -> None:
    store.touch([TokenUse("nobody", NOW, "10.0.0.1", "Okta")]).result()
    assert store.events("nobody") == []


def test_an_identity_never_changes(store: SqliteTokenStore, issuer: TokenIssuer) -> None:
    token = issuer.create("Okta", actor="a").token
    store.change(lambda _: TokenChange((replace(token, digest=bytes(32), created_by="mallory"),), ()))
    kept = store.get(token.id)
    assert kept is not None
    assert (kept.digest, kept.created_by) == (token.digest, "a")


def test_the_store_is_what_the_rules_ask_for(store: SqliteTokenStore) -> None:
    asked: TokenStore = store
    assert asked.tokens() == []


def test_the_tokens_of_a_file_are_read_without_opening_it_as_a_workspace(
    database: Database, issuer: TokenIssuer
) -> None:
    token = issuer.create("Okta", actor="tests").token
    assert tokens_of(database.path) == [token]


def test_a_file_from_before_tokens_has_none(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations("perch")[0][1])
    assert tokens_of(path) == []
