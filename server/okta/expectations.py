"""What Okta expects beyond one verdict: of look-ups, tokens, addresses, errors and the time that they take.

Belongs here: pure checks of steps that were played, each giving the findings it has, none where all is well. Users,
imports and groups have files of their own (user_, import_, group_expectations.py). Must not know: which requests a
simulation makes.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from server.okta.rules import Finding, Rule, Severity, finding
from server.okta.verdicts import Asked, closed, detail, report, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.okta.scenario import Step

PATIENCE_OF_THE_SUITE: Final = 600_000
"""Microseconds after which a step of Okta's test suite fails (OKTA.md 5.4)."""

LONGEST_BASE_URL: Final = 1024
"""Characters (OKTA.md 1.1)."""

CAPABILITIES_URN: Final = "urn:okta:schemas:scim:providerconfig:1.0"

_GENERAL: Final = frozenset({Rule.ERROR_REPORTED, Rule.RESOURCE_LOST})


_REFUSED_OTHERWISE: Final = frozenset(
    {
        Rule.TOKEN_REFUSED,
        Rule.TOO_MANY_REQUESTS,
        Rule.RETRY_AFTER_UNREADABLE,
        Rule.STILL_TOO_MANY,
        Rule.VERB_REFUSED,
        Rule.PATCH_NOT_IMPLEMENTED,
        Rule.MEDIA_TYPE_REFUSED,
    }
)


class Situation(StrEnum):
    """What makes a look-up special; it decides which rule a miss breaks."""

    PLAIN = "plain"
    OTHER_CASE = "other case"
    """The value is asked for in another case than it is stored (OKTA.md A20)."""
    INACTIVE = "inactive"
    """The person was deactivated (OKTA.md A21)."""
    PLUS = "plus"
    """The value holds a plus sign, sent as %2B (OKTA.md A2)."""
    SPACE_AS_PLUS = "space as plus"
    """The blanks of the filter are sent as + (OKTA.md A1)."""
    QUOTES = "quotes"
    """The group's name holds quotes, a backslash, accents, & or # (OKTA.md A3)."""


_MISSES: Final = {
    Situation.PLAIN: Rule.LOOKUP_FINDS_NOTHING,
    Situation.OTHER_CASE: Rule.LOOKUP_MINDS_CASE,
    Situation.INACTIVE: Rule.LOOKUP_HIDES_INACTIVE,
    Situation.PLUS: Rule.LOOKUP_LOSES_PLUS,
    Situation.SPACE_AS_PLUS: Rule.LOOKUP_LOSES_SPACE,
    Situation.QUOTES: Rule.GROUP_LOOKUP_LOSES_QUOTES,
}


def check_step(step: Step) -> list[Finding]:
    """Check a step by itself: its verdict and notes, its time, what a body must not and a 201 must hold.

    Not for a step that is meant to be refused (a wrong token, an unknown id): those have checks of their own.
    """
    return [*_judged(step), *_creation(step), *_contents(step)]


def narrowed(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out the general findings of a request for which a more special one says what is wrong.

    Meant for the findings of one step, or of steps whose request lines differ.
    """
    kept = list(findings)
    explained = {one.request for one in kept if one.severity is Severity.FAILS and one.rule not in _GENERAL}
    return [one for one in kept if one.rule not in _GENERAL or one.request not in explained]


def is_refusal(step: Step) -> bool:
    """Tell whether a server refused what was asked, rather than who asked, how, or how often."""
    return step.status >= 400 and step.verdict.rule not in _REFUSED_OTHERWISE


def check_lookup(step: Step, expected_id: str | None, *, situation: Situation = Situation.PLAIN) -> list[Finding]:
    """Check a look-up by filter, of a user or a group; ``expected_id`` None where nobody is to be found."""
    missed = _MISSES[situation]
    asked = _asked_for(step.target)
    if is_refusal(step) and step.status != HTTPStatus.NOT_FOUND:
        # What a plain look-up was refused with is told by check_step.
        return [] if situation is Situation.PLAIN else [finding(missed, step.request_line, asked=asked)]
    if not step.verdict.ok:
        return []
    found = step.answer.resources()
    others = [one for one in found if one.get("id") != expected_id]
    if others:
        who = f"{called(others[0])} (id {others[0].get('id')})"
        return [finding(Rule.LOOKUP_FINDS_SOMEBODY_ELSE, step.request_line, asked=asked, found=who)]
    if expected_id is not None and not found:
        return [finding(missed, step.request_line, asked=asked)]
    return []


def check_wrong_token(step: Step) -> list[Finding]:
    """Check the answer to a request with a token that does not exist (OKTA.md 1.2, SPEC step 11)."""
    if step.status == HTTPStatus.UNAUTHORIZED:
        return _form(step)
    if 200 <= step.status < 300:
        return [finding(Rule.WRONG_TOKEN_ACCEPTED, step.request_line)]
    return [] if _is_unanswered(step) else [finding(Rule.WRONG_TOKEN_NOT_401, step.request_line, reason=_status(step))]


def check_bare_token(step: Step) -> list[Finding]:
    """Check the answer to a request whose good token comes without ``Bearer`` (OKTA.md A49)."""
    if step.verdict.ok or _is_unanswered(step):
        return []
    return [finding(Rule.BARE_TOKEN_REFUSED, step.request_line, reason=_status(step))]


def check_unknown_path(step: Step) -> list[Finding]:
    """Check the answer to a path that does not exist, below the base URL (OKTA.md A32)."""
    read = verdict(step.status, step.answer.body, Asked.READ, version=step.answer.version)
    if read.rule in (Rule.ERROR_NOT_JSON, Rule.ANSWER_NOT_JSON):
        told = closed(detail(step.answer.body) or read.sentence)
        return [finding(Rule.UNKNOWN_PATH_NOT_JSON, step.request_line, told=told)]
    return _form(step)


def check_unknown_user(step: Step) -> list[Finding]:
    """Check the answer to ``GET /Users/{id}`` with an id that nobody has (SPEC steps 4 and 12)."""
    if step.status == HTTPStatus.NOT_FOUND:
        return _form(step)
    return [] if _is_unanswered(step) else [finding(Rule.UNKNOWN_USER_NOT_404, step.request_line, status=_status(step))]


def check_wrong_method(step: Step) -> list[Finding]:
    """Check the answer to a POST to ``/ServiceProviderConfig``, body ``test`` (OKTA.md A55)."""
    if step.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return _form(step)
    return [] if _is_unanswered(step) else [finding(Rule.WRONG_METHOD_NOT_405, step.request_line, status=_status(step))]


def check_bare_filter(step: Step) -> list[Finding]:
    """Check the answer to ``GET /Users?filter=WORD`` without an operator (OKTA.md A54)."""
    if step.status == HTTPStatus.BAD_REQUEST:
        return _form(step)
    return [] if _is_unanswered(step) else [finding(Rule.BARE_FILTER_ACCEPTED, step.request_line, status=_status(step))]


def check_base_url(base_url: str, *, agent: bool = False) -> list[Finding]:
    """Check an address as Okta's form does; ``agent`` for the on-prem agent's (OKTA.md 1.1, 2.1, A48)."""
    findings = []
    if len(base_url) > LONGEST_BASE_URL:
        findings.append(finding(Rule.BASE_URL_TOO_LONG, base_url, length=len(base_url)))
    if agent:
        if not base_url.endswith("/"):
            findings.append(finding(Rule.BASE_URL_WITHOUT_SLASH, base_url, url=base_url))
        return findings
    if "_" in base_url:
        findings.append(finding(Rule.BASE_URL_UNDERSCORE, base_url, url=base_url))
    if urlsplit(base_url).scheme != "https":
        findings.append(finding(Rule.BASE_URL_NOT_HTTPS, base_url, url=base_url))
    return findings


def check_double_slash(step: Step) -> list[Finding]:
    """Check the answer to ``GET //Users?startIndex=1&count=2``, as the agent asks (OKTA.md B1)."""
    if step.verdict.ok or _is_unanswered(step):
        return []
    return [finding(Rule.DOUBLE_SLASH_REFUSED, step.request_line, reported=reported(step))]


def check_capabilities(step: Step) -> list[Finding]:
    """Check the answer to ``GET /ServiceProviderConfig`` as the on-prem agent reads it (OKTA.md 2.3, B2)."""
    extension = step.answer.document().get(CAPABILITIES_URN)
    if step.verdict.ok and isinstance(extension, dict) and extension.get("userManagementCapabilities"):
        return []
    return [finding(Rule.CAPABILITIES_MISSING, step.request_line)]


def called(resource: Mapping[str, Any]) -> str:
    """Name a resource as a person would: its userName, its displayName, else its id."""
    names = (resource.get(name) for name in ("userName", "displayName", "id"))
    return next((str(name) for name in names if name), "an entry without a name")


def reported(step: Step) -> str:
    """Give what Okta shows of an error, closed by a stop so that a sentence can follow."""
    return closed(report(step.status, step.answer.body, step.answer.reason)) if step.status else step.verdict.sentence


def _judged(step: Step) -> Iterator[Finding]:
    judged = step.verdict
    if judged.rule is not None:
        yield Finding(
            judged.rule, step.request_line, judged.sentence, judged.source, judged.remedy, judged.rule.severity
        )
    for note in judged.notes:
        yield finding(note, step.request_line)
    if step.status and step.duration > PATIENCE_OF_THE_SUITE and judged.rule is not Rule.TIMED_OUT:
        yield finding(Rule.SLOW, step.request_line, milliseconds=f"{step.duration / 1000:,.0f}")


def _creation(step: Step) -> Iterator[Finding]:
    if step.method != "POST" or not step.verdict.ok:
        return
    if step.status != HTTPStatus.CREATED:
        yield finding(Rule.CREATED_NOT_201, step.request_line, status=_status(step))
    elif not step.answer.headers.get("location"):
        yield finding(Rule.CREATED_WITHOUT_LOCATION, step.request_line)


def _contents(step: Step) -> Iterator[Finding]:
    if not step.verdict.ok or not step.target.lstrip("/").startswith("Users"):
        return
    listed = step.answer.resources()
    users = listed or [step.answer.document()]
    if any(user.get("password") is not None for user in users):
        yield finding(Rule.PASSWORD_RETURNED, step.request_line)
    empty = next((name for user in users for name, value in user.items() if value is None), None)
    if empty is not None:
        yield finding(Rule.NULLS_RETURNED, step.request_line, name=empty)


def _form(step: Step) -> list[Finding]:
    """Find what is wrong with an error that was meant to be one."""
    read = verdict(step.status, step.answer.body, Asked.READ, reason=step.answer.reason, version=step.answer.version)
    if read.rule is Rule.ERROR_NOT_JSON:
        return [Finding(read.rule, step.request_line, read.sentence, read.source, read.remedy, read.rule.severity)]
    return [finding(note, step.request_line) for note in read.notes]


def _is_unanswered(step: Step) -> bool:
    """Tell whether nothing was said about the question itself: no answer, or a pause asked for."""
    return step.status in (0, HTTPStatus.TOO_MANY_REQUESTS)


def _status(step: Step) -> str:
    return f"{step.status} {step.answer.reason}".strip() if step.status else "nothing"


_OPERAND: Final = re.compile(r'\beq\s+("(?:[^"\\]|\\.)*")')


def _asked_for(target: str) -> str:
    """Give the value that a look-up asks for."""
    expression = parse_qs(urlsplit(target).query).get("filter", [""])[0]
    operand = _OPERAND.search(expression)
    return str(json.loads(operand[1])) if operand else expression
