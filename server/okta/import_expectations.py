"""What Okta expects of an import: every page once, everybody on it, each with what it needs.

Belongs here: pure checks of the pages of a list. Must not know: which requests a simulation makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from server.okta.expectations import called
from server.okta.rules import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.okta.rules import Finding
    from server.okta.scenario import Step


def check_pages(pages: Sequence[Step]) -> list[Finding]:
    """Check all pages of one list, of users or groups: no id twice, the total true (OKTA.md 1.8)."""
    if not pages or not all(page.verdict.ok for page in pages):
        return []
    findings = []
    ids = [one["id"] for page in pages for one in page.answer.resources()]
    total, last = pages[-1].answer.total(), pages[-1].request_line
    repeated = len(ids) - len(set(ids))
    if repeated:
        findings.append(finding(Rule.PAGES_REPEAT, last, count=repeated, total=len(ids)))
    elif len(ids) != total:
        findings.append(finding(Rule.TOTAL_WRONG, last, told=total, found=len(ids)))
    for page in pages:
        told, found = _items_per_page(page), len(page.answer.resources())
        if told is not None and told != found:
            findings.append(finding(Rule.ITEMS_PER_PAGE_WRONG, page.request_line, told=told, found=found))
            break
    return findings


def check_user_entries(pages: Sequence[Step], known: Mapping[str, bool] | None = None) -> list[Finding]:
    """Check the users of an import; ``known`` says who must be there, by the server's id, and whether active.

    Each rule is found once, with the first entry that breaks it and the number of the others.
    """
    if not pages or not all(page.verdict.ok for page in pages):
        return []
    known = known or {}
    broken: dict[Rule, list[tuple[str, str, str]]] = {}
    listed = set()
    for page in pages:
        for user in page.answer.resources():
            listed.add(user["id"])
            for rule, fact in _broken_by(user, is_active=known.get(user["id"])):
                broken.setdefault(rule, []).append((page.request_line, called(user), fact))
    missed = [("", identifier, "") for identifier, active in known.items() if active and identifier not in listed]
    if missed:
        broken[Rule.IMPORT_MISSES_SOMEBODY] = [(pages[-1].request_line, missed[0][1], ""), *missed[1:]]
    return [_first_of(rule, places) for rule, places in broken.items()]


def check_group_entries(pages: Sequence[Step], known: Sequence[str] = ()) -> list[Finding]:
    """Check the groups of an import; ``known`` are the ids that must be there (OKTA.md 1.9)."""
    if not pages or not all(page.verdict.ok for page in pages):
        return []
    groups = [(page, group) for page in pages for group in page.answer.resources()]
    nameless = [(page.request_line, called(group), "") for page, group in groups if not group.get("displayName")]
    listed = {group["id"] for _, group in groups}
    missed = [(pages[-1].request_line, identifier, "") for identifier in known if identifier not in listed]
    found = ((Rule.GROUP_ENTRY_INCOMPLETE, nameless), (Rule.IMPORT_MISSES_SOMEBODY, missed))
    return [_first_of(rule, places) for rule, places in found if places]


def check_beyond_the_end(step: Step) -> list[Finding]:
    """Check a page that begins beyond the last resource (OKTA.md A27)."""
    told = ""
    if step.status != HTTPStatus.OK:
        told = f"it was answered {step.status}"
    elif step.verdict.ok:
        found, items_per_page = len(step.answer.resources()), _items_per_page(step)
        if found:
            told = f"it holds {found} of them"
        elif items_per_page:
            told = f"it holds nobody, but itemsPerPage says {items_per_page}"
    return [finding(Rule.BEYOND_THE_END, step.request_line, told=told)] if told else []


def check_seeded(step: Step) -> list[Finding]:
    """Check that the connection test finds somebody (OKTA.md A29)."""
    if not step.verdict.ok or step.answer.resources():
        return []
    return [finding(Rule.NOBODY_LISTED, step.request_line)]


def check_shrunk(step: Step, before: int, after: int, *, safeguard: int = 20) -> list[Finding]:
    """Check two imports' numbers of people against the safeguard, in percent (OKTA.md A39)."""
    if (before - after) * 100 <= before * safeguard:
        return []
    return [finding(Rule.IMPORT_SHRUNK, step.request_line, before=before, after=after, safeguard=safeguard)]


def check_incremental(step: Step) -> list[Finding]:
    """Check ``meta.lastModified gt`` a moment in the future, which nobody matches (OKTA.md B5)."""
    found = step.answer.resources() if step.verdict.ok else []
    return [finding(Rule.INCREMENTAL_FILTER_IGNORED, step.request_line, count=len(found))] if found else []


def _broken_by(user: Mapping[str, Any], *, is_active: bool | None) -> Iterator[tuple[Rule, str]]:
    name, emails, active = user.get("name"), user.get("emails"), user.get("active")
    parts = name if isinstance(name, Mapping) else {}
    missing = [] if user.get("userName") else ["userName"]
    missing += [f"name.{part}" for part in ("givenName", "familyName") if not parts.get(part)]
    if not emails:
        missing.append("emails")
    elif not isinstance(emails, list) or not all(isinstance(email, Mapping) for email in emails):
        yield Rule.EMAILS_NOT_AN_ARRAY, ""
    elif not any(email.get("value") for email in emails):
        missing.append("emails.value")
    elif not any(email.get("primary") is True for email in emails):
        yield Rule.NO_PRIMARY_EMAIL, ""
    if missing:
        yield Rule.USER_ENTRY_INCOMPLETE, " and ".join(missing)
    if active is None:
        yield Rule.ACTIVE_MISSING, ""
    elif not isinstance(active, bool):
        yield Rule.ACTIVE_NOT_BOOLEAN, orjson.dumps(active).decode()
    elif is_active and not active:
        yield Rule.ACTIVE_SCANNED_OUT, ""


def _first_of(rule: Rule, places: Sequence[tuple[str, str, str]]) -> Finding:
    request, asked, fact = places[0]
    others = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return finding(rule, request, asked=f"{asked}{others}", missing=fact, found=fact)


def _items_per_page(page: Step) -> int | None:
    document = {name.lower(): value for name, value in page.answer.document().items()}
    told = document.get("itemsperpage")
    return told if isinstance(told, int) else None
