"""Every check of Okta's expectations, held against a server in one walk through the features."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from server.okta.asking import PATCH_URN
from server.okta.expectations import (
    Situation,
    check_bare_filter,
    check_bare_token,
    check_base_url,
    check_capabilities,
    check_double_slash,
    check_lookup,
    check_step,
    check_unknown_path,
    check_unknown_user,
    check_wrong_method,
    check_wrong_token,
)
from server.okta.features import Feature
from server.okta.group_expectations import (
    Change,
    check_deleted_group,
    check_group_created_twice,
    check_group_read,
    check_group_write,
    check_repeated_change,
    check_unknown_member,
)
from server.okta.import_expectations import (
    check_beyond_the_end,
    check_group_entries,
    check_incremental,
    check_pages,
    check_seeded,
    check_shrunk,
    check_user_entries,
)
from server.okta.rules import Rule
from server.okta.scenario import Step
from server.okta.speech import spoken
from server.okta.user_expectations import (
    check_created_twice,
    check_deactivated_read,
    check_reassigned,
    check_user_read,
    check_user_write,
)
from server.okta.verdicts import Asked, verdict
from server.okta.wire import Wire, compact, lookup
from tests.okta.wrong_servers import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.okta.rules import Finding
    from tests.okta.wrong_servers import WrongServer

PATIENCE = 20.0
IMPATIENCE = 0.3
"""Okta's 60 seconds, scaled, where a server does not answer."""

ADA = "Ada.Lovelace+x@example.com"
BODY: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": ADA,
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"primary": True, "value": ADA, "type": "work"}],
    "title": "Analyst",
    "nickName": "Countess",
    "locale": "en-US",
    "externalId": "00u1",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}
GROUP = 'Zürich "R&D" #1'


class Examination:
    """One walk; ``findings`` fill as it goes on."""

    def __init__(self, server: WrongServer) -> None:
        self.server = server
        self.findings: list[Finding] = []
        self.patience = IMPATIENCE if server.fault is Rule.TIMED_OUT else PATIENCE
        self.wire = Wire(server.base_url, TOKEN, timeout=self.patience, version=server.version)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    def ask(
        self, method: str, target: str, asked: Asked, body: bytes | None = None, *, wire: Wire | None = None
    ) -> Step:
        """Send one request, again where Okta would send it again, and judge it."""
        attempt = 0
        target, sent = spoken(self.server.version, target, body)
        while True:
            attempt += 1
            answer = (wire or self.wire).send(method, target, sent)
            judged = verdict(
                answer.status,
                answer.body,
                asked,
                reason=answer.reason,
                retry_after=answer.headers.get("retry-after"),
                attempt=attempt,
                version=self.server.version,
            )
            step = Step(Feature.DISCOVERY, method, target, sent, answer, judged, meant=body)
            if judged.wait is None:
                return step
            self.findings += check_step(step)

    def play(self, method: str, target: str, asked: Asked, body: Any = None) -> Step:
        """Send a request that is meant to be accepted."""
        step = self.ask(method, target, asked, None if body is None else compact(body))
        self.findings += check_step(step)
        return step

    def walk(self) -> list[Finding]:
        """Hold every check against the server."""
        self.findings += check_base_url(self.server.entered_url)
        self.findings += check_base_url(self.server.agent_url, agent=True)
        test = self.play("GET", "/Users?startIndex=1&count=2", Asked.LIST)
        self.findings += check_seeded(test)
        if test.verdict.ok:
            self._ask_amiss()
            identifier = self._push_user()
            if identifier:
                self._push_group(identifier)
                self._deactivate(identifier)
            self._import(identifier)
        return self.findings

    def _ask_amiss(self) -> None:
        for token, scheme, check in (("wrong", "Bearer", check_wrong_token), (TOKEN, "", check_bare_token)):
            address, version = self.server.base_url, self.server.version
            wire = Wire(address, token, scheme=scheme, timeout=self.patience, version=version)
            self.findings += check(self.ask("GET", "/Users?startIndex=1&count=2", Asked.LIST, wire=wire))
            wire.close()
        for method, target, asked, check in (
            ("GET", "/Nothing", Asked.READ, check_unknown_path),
            ("GET", "/Users/010101", Asked.READ, check_unknown_user),
            ("GET", "/Users?filter=SOMEBODY", Asked.LIST, check_bare_filter),
            ("GET", "//Users?startIndex=1&count=2", Asked.LIST, check_double_slash),
            ("GET", "/ServiceProviderConfig", Asked.READ, check_capabilities),
        ):
            self.findings += check(self.ask(method, target, asked))
        self.findings += check_wrong_method(self.ask("POST", "/ServiceProviderConfig", Asked.READ, b"test"))

    def _look_up(self, value: str, expected: str | None, situation: Situation = Situation.PLAIN) -> Step:
        target = f"/Users?{lookup('userName', value)}"
        if situation is Situation.SPACE_AS_PLUS:
            target = target.replace("%20", "+")
        step = self.play("GET", target, Asked.FIND)
        self.findings += check_lookup(step, expected, situation=situation)
        return step

    def _push_user(self) -> str:
        self._look_up("nobody@example.com", None)
        created = self.play("POST", "/Users", Asked.CREATE_USER, BODY)
        self.findings += check_user_write(created)
        if not created.verdict.ok:
            return ""
        identifier = str(created.answer.document()["id"])
        again = self.ask("POST", "/Users", Asked.CREATE_USER, created.request_body)
        self.findings += check_created_twice(created, again)
        self._look_up("grace@example.com", "u2")
        self._look_up("GRACE@example.com", "u2", Situation.OTHER_CASE)
        self._look_up("grace@example.com", "u2", Situation.SPACE_AS_PLUS)
        self._look_up(ADA, identifier, Situation.PLUS)
        user = self.play("GET", f"/Users/{identifier}", Asked.READ).answer.document()
        changed = {**user, "name": {"givenName": "Augusta", "familyName": "King"}, "nickName": "", "groups": []}
        replaced = self.play("PUT", f"/Users/{identifier}", Asked.REPLACE, changed)
        self.findings += check_user_write(replaced)
        if replaced.verdict.ok:
            self.findings += check_user_read(self.play("GET", f"/Users/{identifier}", Asked.READ), changed)
        return identifier

    def _push_group(self, identifier: str) -> None:
        member = {"value": identifier, "display": ADA}
        body = {"displayName": GROUP, "members": [member]}
        created = self.play("POST", "/Groups", Asked.CREATE_GROUP, body)
        self.findings += check_group_write(created)
        if not created.verdict.ok:
            return
        again = self.ask("POST", "/Groups", Asked.CREATE_GROUP, created.request_body)
        self.findings += check_group_created_twice(created, again)
        group = f"/Groups/{created.answer.document()['id']}"
        found = self.play("GET", f"/Groups?{lookup('displayName', GROUP)}", Asked.FIND)
        self.findings += check_lookup(found, group.removeprefix("/Groups/"), situation=Situation.QUOTES)
        self._read_group(group, GROUP, [identifier], Change.CREATED)
        self.findings += check_group_write(self.play("PUT", group, Asked.REPLACE, body))
        members = self._read_group(group, GROUP, [identifier], Change.MEMBERS)
        renamed = self._patch(group, {"op": "replace", "value": {"displayName": f"{GROUP}2"}})
        if renamed.verdict.ok:
            members = self._read_group(group, f"{GROUP}2", members, Change.RENAME)
        self.play("PUT", f"/Users/{identifier}", Asked.REPLACE, BODY)
        name = f"{GROUP}2" if renamed.verdict.ok else GROUP
        self._read_group(group, name, members, Change.USER_UPDATE)
        added = self._patch(group, {"op": "add", "path": "members", "value": [member]})
        self.findings += check_repeated_change(added)
        unknown = self._patch(group, {"op": "add", "path": "members", "value": [{"value": "nobody"}]})
        self.findings += check_unknown_member(unknown)
        emptied = self._patch(group, {"op": "replace", "path": "members", "value": []})
        self.findings += check_group_write(emptied)
        if emptied.verdict.ok:
            self._read_group(group, name, [], Change.MEMBERS)
        self.play("DELETE", group, Asked.DELETE)
        self.findings += check_deleted_group(self.ask("GET", group, Asked.READ))
        self.play("POST", "/Groups", Asked.CREATE_GROUP, {"displayName": "Stays", "members": []})

    def _read_group(self, group: str, name: str, members: Sequence[str], change: Change) -> list[str]:
        step = self.play("GET", group, Asked.READ)
        self.findings += check_group_read(step, name=name, members=members, change=change)
        return [one["value"] for one in step.answer.document().get("members", [])]

    def _patch(self, target: str, operation: dict[str, Any]) -> Step:
        return self.play("PATCH", target, Asked.MODIFY, {"schemas": [PATCH_URN], "Operations": [operation]})

    def _deactivate(self, identifier: str) -> None:
        user = f"/Users/{identifier}"
        deactivated = self._patch(user, {"op": "replace", "value": {"active": False}})
        self.findings += check_user_write(deactivated)
        if not deactivated.verdict.ok:
            return
        self.findings += check_deactivated_read(self.ask("GET", user, Asked.READ))
        found = self._look_up(ADA, identifier, Situation.INACTIVE)
        self.findings += check_reassigned(found, identifier)
        self.findings += check_user_write(self._patch(user, {"op": "replace", "path": "active", "value": True}))

    def _import(self, identifier: str) -> None:
        starts = range(1, len(self.server.users) + 1)
        former, pages = (
            [self.play("GET", f"/Users?startIndex={start}&count=1", Asked.LIST) for start in starts] for _ in range(2)
        )
        counted = [sum(len(page.answer.resources()) for page in some if page.verdict.ok) for some in (former, pages)]
        self.findings += check_pages(pages)
        self.findings += check_user_entries(pages, {identifier or "u2": True, "u1": True})
        self.findings += check_shrunk(pages[0], counted[0], counted[1])
        self.findings += check_beyond_the_end(self.ask("GET", "/Users?startIndex=101&count=100", Asked.LIST))
        future = "filter=meta.lastModified%20gt%20%222999-01-01T00%3A00%3A00Z%22&startIndex=1&count=100"
        self.findings += check_incremental(self.play("GET", f"/Users?{future}", Asked.LIST))
        groups = [self.play("GET", "/Groups?startIndex=1&count=100", Asked.LIST)]
        self.findings += check_group_entries(groups)


def examine(server: WrongServer) -> list[Finding]:
    """Hold every check against a server; slow is only one that means to be, for the machine of the tests may be too."""
    with Examination(server) as examination:
        found = examination.walk()
    return found if server.fault is Rule.SLOW else [one for one in found if one.rule is not Rule.SLOW]


def words(found: Sequence[Finding]) -> str:
    """Show findings where a test has none expected."""
    return json.dumps([(one.rule.value, one.request, one.sentence) for one in found], indent=1, ensure_ascii=False)
