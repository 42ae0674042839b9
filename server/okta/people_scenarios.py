"""The scenarios of a simulation that are about people, each with what must have come true after it.

Belongs here: which actions, and what is looked at between them. Must not know: how a check is made, who is told.
Each yields 1 for every person who is done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.okta.bench import SAMPLE
from server.okta.dialogues import Kind
from server.okta.expectations import Situation, check_lookup
from server.okta.features import Feature
from server.okta.import_expectations import (
    check_beyond_the_end,
    check_incremental,
    check_pages,
    check_shrunk,
    check_user_entries,
)
from server.okta.tenant import Status
from server.okta.user_expectations import (
    check_created_twice,
    check_deactivated_read,
    check_reassigned,
    check_user_read,
    check_user_write,
)
from server.okta.verdicts import Asked
from server.okta.wire import lookup

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from server.okta.bench import Bench, Played
    from server.okta.scenario import Step

_FUTURE = "2999-01-01T00:00:00Z"


def push_users(bench: Bench) -> Iterator[int]:
    """Assign everybody; then look the sample up in every way that Okta does (OKTA.md 1.4)."""

    def push(okta_id: str) -> None:
        for step in bench.play(bench.tenant.assign(okta_id)).steps:
            _check_written(bench, step)
            if step.feature is Feature.FIND_USER:
                bench.ledger.found(step.feature, check_lookup(step, None))
            elif step.method == "POST" and step.verdict.ok and okta_id in closely:
                bench.created[okta_id] = step

    closely = bench.people[:SAMPLE]
    yield from bench.burst(push, bench.people)
    for okta_id in bench.sample:
        login = bench.tenant.people[okta_id].login
        _find(bench, okta_id, login, Situation.PLUS if "+" in login else Situation.PLAIN)
        _find(bench, okta_id, login.swapcase(), Situation.OTHER_CASE)
        _read(bench, Feature.PUSH_NEW_USER, okta_id, _sent(bench.created.get(okta_id)))
    for okta_id in bench.sample[:1]:
        login = bench.tenant.people[okta_id].login
        step = bench.ask(Feature.FIND_USER, "GET", _spaces_as_plus(login), Asked.FIND)
        bench.ledger.found(
            Feature.FIND_USER, check_lookup(step, bench.server_id(okta_id), situation=Situation.SPACE_AS_PLUS)
        )
        if okta_id in bench.created:
            first = bench.created[okta_id]
            feature = Feature.PUSH_NEW_USER
            second = bench.ask(feature, "POST", first.target, Asked.CREATE_USER, first.request_body, judged=False)
            bench.ledger.found(feature, check_created_twice(first, second))
            if second.answer.document().get("id") != bench.server_id(okta_id):
                bench.undo(second)


def update(bench: Bench) -> Iterator[int]:
    """Edit everybody's title; empty, rename and restyle the sample's (OKTA.md 1.5)."""
    feature = Feature.PUSH_PROFILE_UPDATE

    def edit(okta_id: str, **changes: str) -> Played:
        played = bench.play(bench.tenant.edit(okta_id, **changes))
        for step in played.steps:
            _check_written(bench, step)
        return played

    yield from bench.burst(lambda okta_id: _nothing(edit(okta_id, title="Senior Member")), bench.people)
    for okta_id in bench.sample:
        played = edit(okta_id, first_name=f"{bench.tenant.people[okta_id].first_name}-Marie", title="")
        sent = _sent(_last(played, "PUT"))
        _read(bench, feature, okta_id, {**sent, "title": ""} if sent else {})
        if sent and okta_id == bench.sample[0]:
            # What was emptied in Okta comes as nothing at all or as an empty string (OKTA.md 1.5, plan C9337).
            bench.ask(feature, "PUT", _target(bench, okta_id), Asked.REPLACE, {**sent, "title": "Emptied"})
            bench.ask(feature, "PUT", _target(bench, okta_id), Asked.REPLACE, {**sent, "title": ""})
            _read(bench, feature, okta_id, {"title": ""})
    for okta_id in bench.sample[:1]:
        former = bench.tenant.people[okta_id].login
        login = f"renamed.{former}"
        _read(bench, feature, okta_id, _sent(_last(edit(okta_id, login=login, email=login), "PUT")))
        _find(bench, okta_id, login, Situation.PLAIN)
        _find_nobody(bench, former)
        edit(okta_id, login=former, email=former)


def deactivate(bench: Bench) -> Iterator[int]:
    """Unassign every second person and deactivate the others in Okta, which look alike on the wire (OKTA.md 1.6)."""
    numbers = {okta_id: number for number, okta_id in enumerate(bench.people)}

    def leave(okta_id: str) -> None:
        tenant = bench.tenant
        action = tenant.deactivate(okta_id) if numbers[okta_id] % 2 else tenant.unassign(okta_id)
        for step in bench.play(action).steps:
            _check_written(bench, step)

    sample = bench.sample
    yield from bench.burst(leave, bench.people)
    for okta_id in sample:
        step = bench.ask(Feature.DEACTIVATE, "GET", _target(bench, okta_id), Asked.READ, judged=False)
        bench.ledger.found(Feature.DEACTIVATE, check_deactivated_read(step))
        _find(bench, okta_id, bench.tenant.people[okta_id].login, Situation.INACTIVE)


def reactivate(bench: Bench) -> Iterator[int]:
    """Assign everybody again (OKTA.md 1.6): the same person, under the same id."""

    def come_back(okta_id: str) -> None:
        former = bench.server_id(okta_id)
        if bench.tenant.people[okta_id].status is Status.DEACTIVATED:
            bench.play(bench.tenant.reactivate(okta_id))
        for step in bench.play(bench.tenant.assign(okta_id)).steps:
            _check_written(bench, step)
            if former and step.method != "PATCH":
                bench.ledger.found(Feature.REACTIVATE, check_reassigned(step, former))

    yield from bench.burst(come_back, bench.people)
    for okta_id in bench.sample:
        _read(bench, Feature.REACTIVATE, okta_id, {"active": True})


def password(bench: Bench) -> Iterator[int]:
    """Push a password, with *Sync Password* on (OKTA.md 1.7); it must not come back."""
    tenant = bench.tenant
    before = tenant.settings
    tenant.settings = replace(before, sync_password=True)
    try:
        for okta_id in bench.sample[:1]:
            bench.play(tenant.set_password(okta_id, f"Not-A-Secret-{bench.mark}-1"))
            _read(bench, Feature.PASSWORD_SYNC, okta_id, {"active": True})
            yield 1
    finally:
        tenant.settings = before


def import_users(bench: Bench) -> Iterator[int]:
    """Import twice, the second time with one person inactive; then a page beyond the end (OKTA.md 1.8)."""
    feature = Feature.IMPORT_USERS
    before = yield from _import(bench, dict.fromkeys(bench.server_ids(bench.people), True))
    leaver = bench.sample[-1:]
    for okta_id in leaver:
        bench.play(bench.tenant.unassign(okta_id))
    gone = bench.server_ids(leaver)
    after = yield from _import(bench, {one: one not in gone for one in bench.server_ids(bench.people)})
    if before and after:
        bench.ledger.found(feature, check_shrunk(after[-1], _number(before), _number(after)))
    for okta_id in leaver:
        bench.play(bench.tenant.assign(okta_id))
    if after:
        total = after[-1].answer.total()
        beyond = bench.ask(feature, "GET", f"/Users?startIndex={total + 101}&count=100", Asked.LIST)
        bench.ledger.found(feature, check_beyond_the_end(beyond))
    if bench.kind is Kind.AGENT:
        target = f"/Users?filter=meta.lastModified%20gt%20%22{_FUTURE}%22&startIndex=1&count=100"
        step = bench.ask(Feature.INCREMENTAL_IMPORT, "GET", target, Asked.LIST)
        bench.ledger.found(Feature.INCREMENTAL_IMPORT, check_incremental(step))


def _import(bench: Bench, known: Mapping[str, bool]) -> Generator[int, None, list[Step]]:
    before = bench.tenant.settings
    bench.tenant.settings = replace(before, import_users=True, import_groups=False)
    pages = []
    try:
        for step in bench.watch(bench.tenant.import_now()):
            if step.feature is Feature.IMPORT_USERS:
                pages.append(step)
                yield len(step.answer.resources())
    finally:
        bench.tenant.settings = before
    bench.ledger.found(Feature.IMPORT_USERS, [*check_pages(pages), *check_user_entries(pages, known)])
    return pages if pages and pages[-1].verdict.ok else []


def _number(pages: Sequence[Step]) -> int:
    return sum(len(page.answer.resources()) for page in pages)


def _nothing(_: object) -> None:
    """Forget what came of it: a burst wants none."""


def _check_written(bench: Bench, step: Step) -> None:
    if step.method in ("POST", "PUT", "PATCH"):
        bench.ledger.found(step.feature, check_user_write(step))


def _target(bench: Bench, okta_id: str) -> str:
    return f"/Users/{bench.server_id(okta_id)}"


def _find(bench: Bench, okta_id: str, login: str, situation: Situation) -> None:
    step = bench.ask(Feature.FIND_USER, "GET", f"/Users?{lookup('userName', login)}", Asked.FIND)
    bench.ledger.found(step.feature, check_lookup(step, bench.server_id(okta_id), situation=situation))


def _find_nobody(bench: Bench, login: str) -> None:
    step = bench.ask(Feature.FIND_USER, "GET", f"/Users?{lookup('userName', login)}", Asked.FIND)
    bench.ledger.found(step.feature, check_lookup(step, None))


def _spaces_as_plus(login: str) -> str:
    """Encode a look-up as Okta's pages of 2019 show it (OKTA.md A1)."""
    query = lookup("userName", login)
    return "/Users?" + query.replace("%20", "+")


def _read(bench: Bench, feature: Feature, okta_id: str, sent: Mapping[str, Any]) -> None:
    step = bench.ask(feature, "GET", _target(bench, okta_id), Asked.READ)
    bench.ledger.found(feature, check_user_read(step, sent))


def _sent(step: Step | None) -> Mapping[str, Any]:
    """Give the body of a write; nothing where it was not sent or not accepted."""
    if step is None or step.request_body is None or not step.verdict.ok:
        return {}
    return step.sent()


def _last(played: Played, method: str) -> Step | None:
    return next((step for step in reversed(played.steps) if step.method == method), None)
