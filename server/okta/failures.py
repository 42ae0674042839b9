"""The reactions that end a feature: what Okta shows or does, where that is known from, and the remedy.

Belongs here: one line for each rule of severity FAILS. Must not know: how a reaction is recognised.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.okta.reaction import (
    CONCEPTS,
    CONNECT,
    CRUD_SUITE,
    FAQ,
    ON_PREMISES,
    PREPARE,
    RECORDED,
    REFERENCE,
    RFC_7643,
    RFC_7644,
    SAMPLES,
    SUITE,
    TEST_PLAN,
    Reaction,
    cite,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILURES: Final[Mapping[str, Reaction]] = MappingProxyType(
    {
        # One answer
        "no-connection": Reaction(
            "The server cannot be reached",
            "{told}",
            cite("1.1", "support.okta.com, error text “Connect to … failed”"),
            "The server must be reachable at the base URL, with a certificate of a public authority.",
        ),
        "timed-out": Reaction(
            "No answer within 60 seconds",
            "{told}",
            cite("1.1", FAQ),
            "Answer every request within 60 seconds; do what takes longer after the answer.",
        ),
        "redirected": Reaction(
            "Okta is sent elsewhere",
            "{reason}: Okta does not follow redirects of a SCIM server.",
            cite("1.1 (inferred)"),
            "Give Okta the base URL that answers by itself.",
        ),
        "error-reported": Reaction(
            "The server reported an error",
            "{reported}",
            cite("1.12", FAQ),
            "An admin must retry it under Tasks, once the server accepts the request.",
        ),
        "error-not-json": Reaction(
            "An error that is not JSON",
            "{reported}",
            cite("A32", RECORDED, "github.com/tuist/tuist #11688"),
            "Answer every error with a SCIM Error in JSON, also a proxy's or the framework's own.",
        ),
        "answer-not-json": Reaction(
            "An answer that is not a JSON object",
            "Invalid JSON: {told}",
            cite("A32", RECORDED),
            "Answer with a JSON object.",
        ),
        "token-refused": Reaction(
            "The token is not accepted",
            "{reported} Okta keeps the form open and tries again only when the admin clicks.",
            cite("1.2", RECORDED),
            "Paste a token that this server knows.",
        ),
        "conflict-on-create": Reaction(
            "Already there, yet not found before",
            "{reported} Okta stops this job; the failure stays until an admin retries it.",
            cite("1.4", REFERENCE, "github.com/Metatavu/keycloak-scim-server #114"),
            "The look-up before must find what exists already, inactive ones too.",
        ),
        "patch-not-implemented": Reaction(
            "PATCH is not implemented",
            "{reported} Okta does not fall back to PUT; it opens a Deprovision task.",
            cite("A36", "github.com/oktadeveloper/okta-blog-archive #1956"),
            "Implement PATCH.",
        ),
        "verb-refused": Reaction(
            "The verb is not allowed here",
            "{reported} Which verb an app sends is fixed by its kind; Okta does not try another.",
            cite("0 and A15", REFERENCE, RECORDED),
            "Implement PUT and PATCH on Users and Groups: custom apps send the one, catalog apps the other.",
        ),
        "media-type-refused": Reaction(
            "The content type is refused",
            "{reported} Okta sends application/scim+json, in SCIM 1.1 and from its test suite application/json.",
            cite("1.1 and A53", RECORDED, SUITE),
            "Read JSON under application/scim+json and application/json, with or without a charset.",
        ),
        "read-only-refused": Reaction(
            "Read-only attributes are refused",
            "{reported} Okta sends id, meta and groups back as it has read them, in every PUT and every rename.",
            cite("1.5 and A6", REFERENCE, RFC_7644 + " section 3.5.1", "github.com/onyx-dot-app/onyx #8568"),
            "Ignore read-only attributes in a body instead of refusing it.",
        ),
        "resource-lost": Reaction(
            "What Okta knows by id is gone",
            "{reported} Okta does not create it again by itself.",
            cite("1.5 (inferred)"),
            "Keep ids for ever and answer deactivated ones too.",
        ),
        "still-too-many": Reaction(
            "Ten times too many requests",
            "{reason}. Okta sent this request {attempts} times; the task failed for good.",
            cite("1.12", CONCEPTS),
            "Answer more of Okta's requests, or let it wait longer by Retry-After.",
        ),
        "list-number-as-string": Reaction(
            "A number of a list is a string",
            'Okta stops here without a message: {name} is the string "{number}", not a number.',
            cite("A26", "support.okta.com question 0D54z0000A4i091CQA"),
            "Send totalResults, startIndex and itemsPerPage as JSON integers.",
        ),
        "list-without-total": Reaction(
            "A list without totalResults",
            "Okta cannot read this list: totalResults is missing.",
            cite("1.4", REFERENCE, RFC_7644 + " section 3.4.2"),
            "Send totalResults as a JSON integer.",
        ),
        "list-without-array": Reaction(
            "Resources is not an array",
            "Okta cannot read this list: Resources is not an array.",
            cite("1.4", REFERENCE, RFC_7644 + " section 3.4.2"),
            "Send Resources as an array, also for one entry and for none.",
        ),
        "list-entry-without-id": Reaction(
            "An entry of a list without an id",
            "Okta cannot use an entry of this list: its id is not a string.",
            cite("A45", "github.com/oxidecomputer/omicron #9336"),
            "Give every resource an id, as a string.",
        ),
        "created-empty": Reaction(
            "Created, but nothing came back",
            "Create new {noun} returned empty {noun}.",
            cite("A34", REFERENCE),
            "Answer 201 with the whole resource.",
        ),
        "created-without-id": Reaction(
            "Created, but without an id",
            "Create new {noun} returned a {noun} without an id: Okta has nothing to address it by.",
            cite("1.4", REFERENCE),
            "Answer 201 with the whole resource, id included as a string.",
        ),
        # Look-ups, tokens, addresses
        "lookup-finds-somebody-else": Reaction(
            "The filter is not obeyed",
            "Okta asked for {asked}, was given {found}, and will write into that.",
            cite("1.4 and A54", REFERENCE),
            "Obey the filter; answer what you cannot filter by with 400 invalidFilter, never with everybody.",
        ),
        "lookup-finds-nothing": Reaction(
            "The filter misses what exists",
            "Okta does not find {asked}, who exists, and creates them again.",
            cite("1.4 and A51", REFERENCE),
            "Let userName eq and displayName eq find every resource, directly after it was created.",
        ),
        "lookup-minds-case": Reaction(
            "The filter minds the case of a userName",
            "Okta does not find {asked}, who is stored in another case, and creates them again.",
            cite("A20", SUITE + " step 9", RFC_7643 + " section 4.1.1"),
            "Compare userName without case, and return it as it is stored.",
        ),
        "lookup-hides-inactive": Reaction(
            "The filter hides the inactive",
            "Okta does not find {asked}, who is inactive, and creates them again instead of reactivating them.",
            cite("A21", CRUD_SUITE, "github.com/better-auth/better-auth #11111 and #11113"),
            "Let the filter find inactive people too.",
        ),
        "lookup-loses-plus": Reaction(
            "A plus sign in a userName is lost",
            "Okta does not find {asked}: %2B was decoded twice, to a blank. It creates a duplicate.",
            cite("A2", "github.com/appsmithorg/appsmith #25452", "github.com/okta/okta-sdk-java #839"),
            "Decode the query exactly once: + is a blank there, %2B is a plus sign.",
        ),
        "lookup-loses-space": Reaction(
            "Blanks sent as + are not understood",
            "Okta does not find {asked}: the filter's blanks came as +, which it also sends.",
            cite("A1", SAMPLES),
            "Decode + to a blank in the query, as well as %20.",
        ),
        "group-lookup-loses-quotes": Reaction(
            "A group's name with special characters is not found",
            "Okta does not find the group {asked} by its name and pushes it as a new one.",
            cite("A3", "github.com/Captain-P-Goldfish/SCIM-SDK #913", "github.com/apache/directory-scimple #981"),
            r"Read the filter's value as a JSON string: \" and \\ are escapes, everything else is literal UTF-8.",
        ),
        "wrong-token-accepted": Reaction(
            "Any token is accepted",
            "Connector configured successfully, also with a wrong token: anyone can read and change everybody.",
            cite("1.2", SUITE + " step 11"),
            "Answer 401 to every token that you did not issue.",
        ),
        "base-url-underscore": Reaction(
            "An underscore in the base URL",
            "Okta's form refuses {url}: a base URL must not contain an underscore.",
            cite("1.1 and A48", PREPARE),
            "Choose a name and a path without an underscore.",
        ),
        "base-url-too-long": Reaction(
            "The base URL is too long",
            "Okta's form refuses this base URL: it has {length} characters, 1024 are allowed.",
            cite("1.1", PREPARE),
            "Choose a shorter base URL.",
        ),
        "double-slash-refused": Reaction(
            "A doubled slash is not understood",
            "{reported} The agent's base URL ends in a slash, and its paths begin with one.",
            cite("2.1 and B1", ON_PREMISES),
            "Read //Users as /Users.",
        ),
        # Users
        "created-twice": Reaction(
            "Created twice",
            "Okta sends a POST again whose answer was lost: now {asked} exists twice.",
            cite("A35", REFERENCE, RFC_7644 + " section 3.3"),
            "Keep userName unique, without case: answer the second POST with 409 and scimType uniqueness.",
        ),
        "id-changed": Reaction(
            "The id changed",
            "Okta keeps {former} and asks for it for ever, but the server now calls them {found}.",
            cite("1.6", TEST_PLAN + " C9293"),
            "Give a resource one id for life, also when it is written or reactivated.",
        ),
        "update-not-applied": Reaction(
            "An update was answered, but not made",
            "Okta believes that {name} is {sent}; the server still says {found}.",
            cite("1.5", REFERENCE, TEST_PLAN),
            "Apply what a PUT or PATCH brings before answering 2xx, or answer with an error.",
        ),
        "deactivation-not-applied": Reaction(
            "A deactivation was answered, but not made",
            "Okta believes that access is gone; the server still says active {found}.",
            cite("1.6, A4 and A5", REFERENCE, "github.com/getsentry/sentry #27199"),
            "Apply active false in a PUT, in a PATCH without a path and in one with path active.",
        ),
        "reactivation-not-applied": Reaction(
            "A reactivation was answered, but not made",
            "Okta believes that access is back; the server still says active {found}.",
            cite("1.6", REFERENCE, CRUD_SUITE),
            "Apply active true in a PUT, in a PATCH without a path and in one with path active.",
        ),
        "deactivated-not-found": Reaction(
            "A deactivated person cannot be read",
            "{reported} Okta asks for deactivated people by id, and reactivates them there.",
            cite("A22", CRUD_SUITE, "devforum.okta.com/t/24187"),
            "Answer 200 with active false; deactivated is not deleted.",
        ),
        # Imports
        "pages-repeat": Reaction(
            "The order changes from page to page",
            "The import met {count} of {total} entries twice and missed others, which Okta takes for removed.",
            cite("1.8", REFERENCE),
            "Sort every list by something that never changes, the id for example.",
        ),
        "total-wrong": Reaction(
            "totalResults is not true",
            "totalResults says {told}, the pages hold {found}. Okta stops when it has asked for as many as were told.",
            cite("1.8", REFERENCE),
            "Send in totalResults how many there are in all, on every page.",
        ),
        "import-misses-somebody": Reaction(
            "The import misses somebody",
            "Okta takes for removed, and unassigns, who is not in the list: {asked}.",
            cite("1.8", CONNECT),
            "List everybody who can be found by id or filter.",
        ),
        "import-shrunk": Reaction(
            "The import safeguard stopped the import",
            "People in the import: {after}, before: {before}. Okta stops where more than {safeguard} percent would go.",
            cite("1.8 and A39", CONNECT),
            "List everybody on every import, also while the server starts or is restored.",
        ),
        "user-entry-incomplete": Reaction(
            "A listed user lacks what Okta needs",
            "Okta cannot build an app user without {missing}: {asked}.",
            cite("1.8 and A30", SUITE + " step 1", FAQ, "github.com/onyx-dot-app/onyx #8959"),
            "Return userName, name.givenName, name.familyName and an e-mail for every user; leave out who has none.",
        ),
        "emails-not-an-array": Reaction(
            "E-mails are not an array",
            "Okta cannot read e-mails that are not an array of objects: {asked}.",
            cite("1.8", FAQ),
            "Send multi-valued attributes as arrays, also for one value.",
        ),
        "active-scanned-out": Reaction(
            "An active person is listed as inactive",
            "Okta scans out of the import who is active in Okta, because the list says otherwise: {asked}.",
            cite("1.8 and A38", RECORDED, CONCEPTS),
            "Return in lists the same active as by id.",
        ),
        "group-entry-incomplete": Reaction(
            "A listed group has no name",
            "Okta cannot import a group without displayName: {asked}.",
            cite("1.9", REFERENCE),
            "Return id and displayName for every group.",
        ),
        # Groups
        "group-without-members": Reaction(
            "A group is read without its members",
            "Okta builds its next PUT from this answer, which shows no members. To be lost: {count}.",
            cite("1.10", SAMPLES),
            "Return all members in GET /Groups/{id}.",
        ),
        "unknown-member-refused": Reaction(
            "A member who is not known is refused",
            "{reported} The push of the whole group fails, and stays failed.",
            cite("A13 and 1.11", "github.com/getsentry/sentry #122540"),
            "Leave out members that you do not know, log them, and take the rest.",
        ),
        "empty-members-refused": Reaction(
            "An empty membership is refused",
            "{reported} Okta pushes an empty group so, and empties one so.",
            cite("A9 and 1.10", RECORDED, "github.com/Captain-P-Goldfish/SCIM-SDK #757"),
            "Accept an empty array for members, and empty the group.",
        ),
        "repeated-change-refused": Reaction(
            "A change that was made already is refused",
            "{reported} Okta repeats changes of membership.",
            cite("1.11 (inferred)", RFC_7644 + " section 3.5.2.1"),
            "Answer 2xx when a member is there already, or is not there any more.",
        ),
        "members-not-applied": Reaction(
            "A membership was answered, but not stored",
            "Members that Okta believes in: {sent}; that the server shows: {found}.",
            cite("1.10 and 1.11", REFERENCE, SAMPLES, "github.com/jelhub/scimgateway #113"),
            "Replace the members by those of a PUT; add and remove those of a PATCH, all of its operations.",
        ),
        "memberships-cleared": Reaction(
            "Writing a user clears their groups",
            "Okta sends groups: [] with every user, always empty. Members gone afterwards: {count}.",
            cite("A18", RECORDED, RFC_7643 + " section 4.1.2"),
            "Ignore groups in the body of a user: it is read-only.",
        ),
        "rename-emptied": Reaction(
            "A rename empties the group",
            "Okta renames a group, with every change of its members. Members gone afterwards: {count}.",
            cite("A7", "github.com/langwatch/langwatch #7131"),
            "Let a PATCH without members change the name alone.",
        ),
        "rename-not-applied": Reaction(
            "A rename was answered, but not made",
            "Okta believes that the group is called {sent}; the server still says {found}.",
            cite("1.11", REFERENCE, TEST_PLAN + " C9313"),
            "Apply displayName in a PUT and in a PATCH whose operation has no path.",
        ),
        "deleted-group-remains": Reaction(
            "A deleted group is still there",
            "Okta deleted the group, and the server still answers with it.",
            cite("1.11", REFERENCE),
            "Delete the group before answering 204, and answer 404 from then on.",
        ),
    }
)
