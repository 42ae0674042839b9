"""A clock that jumps hides no change from an incremental import, and costs no more than it must."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from server.http.guards import GuessGuard, RateGuard
from server.scim import cursor
from server.scim.errors import TooManyRequests
from server.store.tokens import SqliteTokenStore
from server.tokens import Authenticator, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.workspace import Workspace

HOUR, DAY, YEAR = 3_600, 86_400, 31_536_000


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Put the clock so many seconds away from the time; it runs on from there."""
    true_time = time.time_ns

    def jump(seconds: float) -> None:
        monkeypatch.setattr("server.draft.time.time_ns", lambda: true_time() + round(seconds * 1e9))

    return jump


def person(name: str) -> dict[str, Any]:
    return {"userName": name, "name": {"givenName": "A", "familyName": name}, "emails": [{"value": f"{name}@x.org"}]}


def replacing(path: str, value: str) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def modified(workspace: Workspace, kind: Any, resource_id: str) -> str:
    value: str = workspace.show(kind, resource_id)["meta"]["lastModified"]
    return value


def since(workspace: Workspace, moment: str) -> set[str]:
    found = workspace.query("User", filter=f'meta.lastModified gt "{moment}"')
    return {one["userName"] for one in found.resources}


@pytest.mark.parametrize("seconds", [-HOUR, -YEAR, YEAR, 30 * YEAR])
def test_each_change_of_a_resource_is_later_than_the_one_before_wherever_the_clock_jumps(
    workspace: Workspace, jump: Callable[[float], None], seconds: float
) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    group = workspace.create("Group", {"displayName": "G", "members": [{"value": ada}]}).resource_id
    moments, groups = [modified(workspace, "User", ada)], [modified(workspace, "Group", group)]
    for offset in (0, seconds, seconds, 0, -seconds, 0):
        jump(offset)
        workspace.modify("User", ada, replacing("title", f"t{len(moments)}"))
        moments.append(modified(workspace, "User", ada))
        workspace.modify("User", ada, replacing("userName", f"ada{len(moments)}"))
        groups.append(modified(workspace, "Group", group))
    workspace.delete("User", ada)
    groups.append(modified(workspace, "Group", group))
    assert moments == sorted(set(moments))
    assert groups == sorted(set(groups))


def test_an_import_that_asks_for_what_is_new_sees_what_changed_while_the_clock_was_back(
    workspace: Workspace, jump: Callable[[float], None]
) -> None:
    ids = {name: workspace.create("User", person(name)).resource_id for name in ("ada", "grace")}
    imported = timestamp(time.time())
    while timestamp(time.time()) == imported:
        pass  # what is modified within the same millisecond is not modified later
    jump(-HOUR)
    workspace.modify("User", ids["ada"], replacing("title", "changed"))
    workspace.create("User", person("new"))
    assert since(workspace, imported) == {"ada", "new"}, "asked with Okta's clock, which is right"
    jump(0)
    workspace.modify("User", ids["grace"], replacing("title", "changed"))
    assert since(workspace, imported) == {"ada", "grace", "new"}


def test_a_clock_that_was_years_ahead_leaves_no_trace_on_what_comes_after_it_was_put_right(
    workspace: Workspace, jump: Callable[[float], None]
) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    jump(10 * YEAR)
    workspace.modify("User", ada, replacing("title", "in the future"))
    jump(0)
    new = workspace.create("User", person("new")).resource_id
    ahead = datetime.fromisoformat(modified(workspace, "User", new)).timestamp() - time.time()
    assert ahead < HOUR


def test_entity_tags_and_the_order_of_changes_do_not_depend_on_the_clock(
    workspace: Workspace, jump: Callable[[float], None]
) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    tags = []
    for offset in (0, -YEAR, YEAR, -HOUR):
        jump(offset)
        workspace.modify("User", ada, replacing("title", f"t{offset}"))
        tags.append(workspace.show("User", ada)["meta"]["version"])
    assert len(set(tags)) == 4
    newest_first = [change.seq for change in workspace.changes(ada)]
    assert newest_first == sorted(newest_first, reverse=True)
    assert len(newest_first) == 5


def test_a_token_ends_by_the_clock_and_a_revoked_one_stays_revoked(workspace: Workspace) -> None:
    end = timestamp(time.time() + DAY)
    passing = workspace.tokens.create("passing", actor="tests", expires=end)
    lasting = workspace.tokens.create("lasting", actor="tests")
    revoked = workspace.tokens.create("revoked", actor="tests")
    workspace.tokens.revoke(revoked.token.id, actor="tests")
    known = Authenticator(SqliteTokenStore(workspace.database))

    def works(secret: str, offset: float) -> bool:
        return not isinstance(known.authenticate(f"Bearer {secret}".encode(), time.time() + offset), str)

    assert [works(passing.secret, offset) for offset in (-YEAR, 0, YEAR, 0)] == [True, True, False, True]
    assert all(works(lasting.secret, offset) for offset in (-30 * YEAR, YEAR, 100 * YEAR))
    assert not any(works(revoked.secret, offset) for offset in (-30 * YEAR, 0, YEAR))


def test_a_clock_that_stands_still_or_goes_back_never_locks_anybody_out_for_longer() -> None:
    now = [1_000.0]
    guesses = GuessGuard(lambda: now[0], allowed=1, seconds=60)
    rates = RateGuard(lambda: now[0], 60)
    guesses.failed("a")
    for _ in range(100):
        with pytest.raises(TooManyRequests) as caught:
            guesses.failed("a")
        assert 0 < int(caught.value.headers["Retry-After"]) <= 60
    for _ in range(60):
        rates.check("t")
    with pytest.raises(TooManyRequests) as caught:
        rates.check("t")
    assert caught.value.headers["Retry-After"] == "1"
    now[0] += 61
    guesses.failed("a")
    rates.check("t")


def test_a_cursor_of_before_a_clock_was_put_back_still_turns_the_page() -> None:
    now = time.time()
    made = cursor.sign(b"key", "User", 7, 100, now)
    assert cursor.verify(b"key", "User", made, now - HOUR) == (7, 100)
