"""Every way in which Okta reacts to what a server does: a stable name each, its words, its source, the remedy.

Belongs here: the names and how they are looked up; their words are in failures.py and notes.py. Must not know: how a
reaction is recognised (verdicts.py from one answer, the expectations from several). What Okta does whatever a server
answers (it never sends a suspension, it leaves people without an id out of a group) is no reaction and has no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.okta.failures import FAILURES
from server.okta.notes import NOTES

if TYPE_CHECKING:
    from server.okta.reaction import Reaction


class Severity(StrEnum):
    """How much a reaction matters."""

    FAILS = "fails"
    """The feature does not work: Okta does not get past it, or believes what is not so."""
    NOTE = "note"
    """Okta gets past it; its admin, the next request or Okta's own test suite trips over it later."""


class Rule(StrEnum):
    """A reaction of Okta's. The values are stable: reports and their readers may keep them."""

    # One answer is enough to tell (verdicts.py).
    NO_CONNECTION = "no-connection"
    TIMED_OUT = "timed-out"
    REDIRECTED = "redirected"
    ERROR_REPORTED = "error-reported"
    ERROR_NOT_JSON = "error-not-json"
    ERROR_NOT_SCIM = "error-not-scim"
    ERROR_STATUS_NUMBER = "error-status-number"
    ERROR_NOT_1_1 = "error-not-1-1"
    ERROR_CODE_NO_NUMBER = "error-code-no-number"
    ANSWER_NOT_JSON = "answer-not-json"
    TOKEN_REFUSED = "token-refused"  # noqa: S105 -- the name of a rule, not a secret
    CONFLICT_ON_CREATE = "conflict-on-create"
    PATCH_NOT_IMPLEMENTED = "patch-not-implemented"
    VERB_REFUSED = "verb-refused"
    MEDIA_TYPE_REFUSED = "media-type-refused"
    READ_ONLY_REFUSED = "read-only-refused"
    RESOURCE_LOST = "resource-lost"
    TOO_MANY_REQUESTS = "too-many-requests"
    RETRY_AFTER_UNREADABLE = "retry-after-unreadable"
    STILL_TOO_MANY = "still-too-many"
    LIST_NUMBER_AS_STRING = "list-number-as-string"
    LIST_NUMBER_MISSING = "list-number-missing"
    LIST_NOT_1_1 = "list-not-1-1"
    RESOURCE_NOT_1_1 = "resource-not-1-1"
    LIST_WITHOUT_TOTAL = "list-without-total"
    LIST_WITHOUT_ARRAY = "list-without-array"
    LIST_ENTRY_WITHOUT_ID = "list-entry-without-id"
    LOOKUP_ANSWERED_404 = "lookup-answered-404"
    CREATED_EMPTY = "created-empty"
    CREATED_WITHOUT_ID = "created-without-id"

    # The request, or the answer's header and time, is needed too (expectations.py).
    SLOW = "slow"
    CREATED_NOT_201 = "created-not-201"
    CREATED_WITHOUT_LOCATION = "created-without-location"
    PASSWORD_RETURNED = "password-returned"  # noqa: S105 -- the name of a rule, not a secret
    NULLS_RETURNED = "nulls-returned"
    LOOKUP_FINDS_SOMEBODY_ELSE = "lookup-finds-somebody-else"
    LOOKUP_FINDS_NOTHING = "lookup-finds-nothing"
    LOOKUP_MINDS_CASE = "lookup-minds-case"
    LOOKUP_HIDES_INACTIVE = "lookup-hides-inactive"
    LOOKUP_LOSES_PLUS = "lookup-loses-plus"
    LOOKUP_LOSES_SPACE = "lookup-loses-space"
    GROUP_LOOKUP_LOSES_QUOTES = "group-lookup-loses-quotes"
    BARE_FILTER_ACCEPTED = "bare-filter-accepted"
    WRONG_TOKEN_ACCEPTED = "wrong-token-accepted"  # noqa: S105 -- the name of a rule, not a secret
    WRONG_TOKEN_NOT_401 = "wrong-token-not-401"  # noqa: S105 -- the name of a rule, not a secret
    BARE_TOKEN_REFUSED = "bare-token-refused"  # noqa: S105 -- the name of a rule, not a secret
    UNKNOWN_PATH_NOT_JSON = "unknown-path-not-json"
    UNKNOWN_USER_NOT_404 = "unknown-user-not-404"
    WRONG_METHOD_NOT_405 = "wrong-method-not-405"
    BASE_URL_UNDERSCORE = "base-url-underscore"
    BASE_URL_TOO_LONG = "base-url-too-long"
    BASE_URL_NOT_HTTPS = "base-url-not-https"
    BASE_URL_WITHOUT_SLASH = "base-url-without-slash"
    DOUBLE_SLASH_REFUSED = "double-slash-refused"
    CAPABILITIES_MISSING = "capabilities-missing"

    # Users: what was sent against what came back (user_expectations.py).
    CREATED_TWICE = "created-twice"
    ID_CHANGED = "id-changed"
    UPDATE_NOT_APPLIED = "update-not-applied"
    DEACTIVATION_NOT_APPLIED = "deactivation-not-applied"
    REACTIVATION_NOT_APPLIED = "reactivation-not-applied"
    DEACTIVATED_NOT_FOUND = "deactivated-not-found"
    USER_NAME_REWRITTEN = "user-name-rewritten"
    LOCALE_REWRITTEN = "locale-rewritten"
    EXTERNAL_ID_LOST = "external-id-lost"
    ATTRIBUTE_LOST = "attribute-lost"
    EMPTIED_ATTRIBUTE_REMAINS = "emptied-attribute-remains"
    FORMATTED_STALE = "formatted-stale"

    # Imports: several pages (import_expectations.py).
    PAGES_REPEAT = "pages-repeat"
    TOTAL_WRONG = "total-wrong"
    ITEMS_PER_PAGE_WRONG = "items-per-page-wrong"
    BEYOND_THE_END = "beyond-the-end"
    NOBODY_LISTED = "nobody-listed"
    IMPORT_MISSES_SOMEBODY = "import-misses-somebody"
    IMPORT_SHRUNK = "import-shrunk"
    INCREMENTAL_FILTER_IGNORED = "incremental-filter-ignored"
    USER_ENTRY_INCOMPLETE = "user-entry-incomplete"
    EMAILS_NOT_AN_ARRAY = "emails-not-an-array"
    NO_PRIMARY_EMAIL = "no-primary-email"
    ACTIVE_MISSING = "active-missing"
    ACTIVE_NOT_BOOLEAN = "active-not-boolean"
    ACTIVE_SCANNED_OUT = "active-scanned-out"
    GROUP_ENTRY_INCOMPLETE = "group-entry-incomplete"

    # Groups: the membership Okta believes in against the one that is read (group_expectations.py).
    GROUP_WITHOUT_MEMBERS = "group-without-members"
    GROUP_CREATED_TWICE = "group-created-twice"
    CREATED_WITHOUT_MEMBERS = "created-without-members"
    UNKNOWN_MEMBER_REFUSED = "unknown-member-refused"
    EMPTY_MEMBERS_REFUSED = "empty-members-refused"
    REPEATED_CHANGE_REFUSED = "repeated-change-refused"
    MEMBERS_NOT_APPLIED = "members-not-applied"
    MEMBER_DISPLAY_LOST = "member-display-lost"
    MEMBERSHIPS_CLEARED = "memberships-cleared"
    RENAME_EMPTIED = "rename-emptied"
    RENAME_NOT_APPLIED = "rename-not-applied"
    DELETED_GROUP_REMAINS = "deleted-group-remains"

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity.FAILS if self.value in FAILURES else Severity.NOTE

    @property
    def title(self) -> str:  # type: ignore[override]  # a rule has a title; nobody writes its value in title case
        """A few words for a heading."""
        return self._reaction.title

    @property
    def sentence(self) -> str:
        """What Okta shows or does, facts still in braces: ``{reported} Okta stops this job``."""
        return self._reaction.sentence

    @property
    def source(self) -> str:
        """Where it is known from: the line of OKTA.md, and the public source where that names one."""
        return self._reaction.source

    @property
    def remedy(self) -> str:
        """What the server has to change."""
        return self._reaction.remedy

    @property
    def _reaction(self) -> Reaction:
        return FAILURES[self.value] if self.value in FAILURES else NOTES[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a server did what Okta reacts to."""

    rule: Rule
    request: str
    """The request in one line, ``GET /Users?startIndex=1&count=2``; a base URL where no request was needed."""
    sentence: str
    source: str
    remedy: str
    severity: Severity


def severity(rule: Rule) -> Severity:
    """Say how much a reaction matters."""
    return rule.severity


def finding(rule: Rule, request: str, **facts: object) -> Finding:
    """Make a finding, ``facts`` filled into the rule's sentence; raises KeyError where one is missing."""
    sentence = rule.sentence.format(**facts)
    return Finding(rule, request, sentence, rule.source, rule.remedy, rule.severity)
