"""The reactions that come later: Okta gets past the answer, its admin or Okta's test suite does not.

Belongs here: one line for each rule of severity NOTE. Must not know: how a reaction is recognised.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.okta.reaction import (
    CONCEPTS,
    FAQ,
    ON_PREMISES,
    PREPARE,
    RECORDED,
    REFERENCE,
    REFERENCE_OF_1_1,
    RFC_7643,
    RFC_7644,
    SAMPLES,
    SUBMISSION,
    SUITE,
    SUITE_OF_1_1,
    SUITE_OF_2023,
    TEST_PLAN,
    Reaction,
    cite,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTES: Final[Mapping[str, Reaction]] = MappingProxyType(
    {
        # One answer
        "too-many-requests": Reaction(
            "Too many requests",
            "{reason}. Okta repeats this request after {seconds} seconds (try {attempt} of {attempts}).",
            cite("1.12", CONCEPTS),
            "",
        ),
        "retry-after-unreadable": Reaction(
            "Okta is not told how long to wait",
            "{reason}. Okta repeats this request after {seconds} seconds (try {attempt} of {attempts}).",
            cite("A37", CONCEPTS),
            "Send Retry-After as whole seconds: Okta reads a date or a fraction as nothing.",
        ),
        "error-not-scim": Reaction(
            "An error that is no SCIM Error",
            "Okta's admin may read no reason: the error's body lacks schemas with the Error urn, or a detail.",
            cite("1.12", SUITE + " steps 4 and 11", RFC_7644 + " section 3.12"),
            "Send schemas with the Error urn, status, and a detail that a person understands.",
        ),
        "error-status-number": Reaction(
            "The status of an error is a number",
            "Okta shows the error; its test suite compares status with the string, and fails.",
            cite("A33", SUITE + " steps 4 and 11", RFC_7644 + " section 3.12"),
            'Send status as a string: "404".',
        ),
        "error-not-1-1": Reaction(
            "An error without Errors",
            "In SCIM 1.1 Okta reads the description in Errors, then detail: its admin may read no reason.",
            cite("2.5", REFERENCE_OF_1_1),
            'Send {"Errors": [{"description": "…", "code": 404}]}, and a detail beside it for Okta\'s test suite.',
        ),
        "error-code-no-number": Reaction(
            "The code of an error is not a number",
            "Okta shows the error; its reference of SCIM 1.1 has the code in Errors as a number.",
            cite("2.5", REFERENCE_OF_1_1),
            "Send code as a number: 404, without quotes.",
        ),
        "list-not-1-1": Reaction(
            "A list that is not one of SCIM 1.1",
            "In SCIM 1.1 Okta looks for urn:scim:schemas:core:1.0 in the schemas of a list, and does not find it.",
            cite("2.4 and B1", ON_PREMISES),
            "Answer below /v1 in 1.1's form: the ListResponse of 2.0 belongs below /v2.",
        ),
        "resource-not-1-1": Reaction(
            "An answer that is not one of SCIM 1.1",
            "In SCIM 1.1 Okta looks for urn:scim:schemas:core:1.0 in schemas, and reads nothing under a URN of 2.0.",
            cite("2.4 and B7", ON_PREMISES, "github.com/aaronanderson/okta-opp-scim-entitlements"),
            "Name urn:scim:schemas:core:1.0 in schemas, and put enterprise attributes under "
            "urn:scim:schemas:extension:enterprise:1.0.",
        ),
        "list-number-missing": Reaction(
            "A list without startIndex or itemsPerPage",
            "Okta reads the list by totalResults alone; its test suite asks for startIndex and itemsPerPage too.",
            cite("1.4", SUITE + " step 1", REFERENCE),
            "Send totalResults, startIndex and itemsPerPage as integers in every list.",
        ),
        "lookup-answered-404": Reaction(
            "A look-up that finds nobody answers 404",
            "Okta goes on and creates them; its test suite asks for 200 with totalResults 0.",
            cite("1.4", SUITE + " steps 3 and 5"),
            "Answer 200 with an empty list.",
        ),
        # The request, or the answer's header and time
        "slow": Reaction(
            "Slower than Okta's suite allows",
            "Answered after {milliseconds} ms; Okta's test suite fails beyond 600 ms.",
            cite("5.4", SUITE),
            "Answer faster: look userName and displayName up by an index.",
        ),
        "created-not-201": Reaction(
            "Created, but not answered 201",
            "Okta stores the id; its test suite asks for 201, not {status}.",
            cite("1.4", REFERENCE, SUITE + " step 6", RFC_7644 + " section 3.3"),
            "Answer 201 to a POST that created something.",
        ),
        "created-without-location": Reaction(
            "Created, but without a Location",
            "Okta stores the id; other clients of SCIM look for the Location header.",
            cite("1.4", RFC_7644 + " section 3.3"),
            "Send Location with a 201, and the same address as meta.location.",
        ),
        "password-returned": Reaction(
            "A password is returned",
            "Okta reads the password and sends it back in its next PUT.",
            cite("1.4, A16 and A17", SAMPLES, RFC_7643 + " section 4.1.1 (returned: never)"),
            "Never return password, not even hashed.",
        ),
        "nulls-returned": Reaction(
            "Attributes are returned as null",
            "Okta sends {name} back as null in its next PUT.",
            cite("1.5", RECORDED, RFC_7643 + " section 2.5"),
            "Leave out what has no value.",
        ),
        "bare-filter-accepted": Reaction(
            "A filter without an operator is not refused",
            "A filter of one bare word was answered {status}; Okta's 1.1 test suite asks for 400.",
            cite("A54", SUITE_OF_1_1),
            "Answer a filter that you cannot read with 400 invalidFilter, not with everybody.",
        ),
        "wrong-token-not-401": Reaction(
            "A wrong token is not answered 401",
            "Okta shows {reason} instead of an authorization failure; its test suite asks for 401.",
            cite("1.2", SUITE + " step 11"),
            "Answer 401 with a SCIM Error and WWW-Authenticate: Bearer.",
        ),
        "bare-token-refused": Reaction(
            "A token without Bearer is refused",
            "Apps of the header kind send the token alone; this server answers {reason}.",
            cite("A49 and 1.2", SUBMISSION),
            "Accept the token with and without Bearer before it.",
        ),
        "unknown-path-not-json": Reaction(
            "An unknown path is not answered in JSON",
            "Once the base URL has a typing error, Okta's admin reads: {told}",
            cite("A32", RECORDED),
            "Answer 404 and 405 with a SCIM Error, also where the framework answers by itself.",
        ),
        "unknown-user-not-404": Reaction(
            "An unknown id is not answered 404",
            "An id that nobody has was answered {status}; Okta's test suite asks for 404 with a SCIM Error.",
            cite("1.12", SUITE + " steps 4 and 12"),
            "Answer 404 with a SCIM Error.",
        ),
        "wrong-method-not-405": Reaction(
            "A wrong method is not answered 405",
            "A POST to discovery was answered {status}; Okta's historic test suites ask for 405.",
            cite("A55 and 1.13", "Okta's SPEC test suites of 2019"),
            "Check the method before reading the body, and answer 405 with a SCIM Error.",
        ),
        "base-url-not-https": Reaction(
            "The base URL is not https",
            "Okta's cloud accepts only addresses that begin with https://, not {url}.",
            cite("1.1", PREPARE, SUBMISSION),
            "Put a proxy or tunnel with a certificate of a public authority before the server.",
        ),
        "base-url-without-slash": Reaction(
            "The agent's base URL does not end in a slash",
            "The on-prem agent joins {url} and Users without a slash between.",
            cite("2.1", "Okta help, Okta Provisioning Agent release notes"),
            "Let the base URL that the agent is given end in /.",
        ),
        "capabilities-missing": Reaction(
            "The agent finds no capabilities",
            "Okta assumes all capabilities: the server does not list them.",
            cite("2.3 and B2", ON_PREMISES),
            "List userManagementCapabilities under urn:okta:schemas:scim:providerconfig:1.0 in the configuration.",
        ),
        # Users
        "user-name-rewritten": Reaction(
            "userName comes back in another case",
            "Okta sent {sent} and reads {found}; its test suite compares exactly.",
            cite("A20", SUITE + " steps 6 and 7"),
            "Store userName as it comes; only compare it without case.",
        ),
        "locale-rewritten": Reaction(
            "locale comes back otherwise",
            "Okta sent {sent} and reads {found}: the profile never settles.",
            cite("A19", REFERENCE, SAMPLES),
            "Store locale verbatim, en-US as well as en_US.",
        ),
        "external-id-lost": Reaction(
            "externalId is not kept",
            "Okta sent externalId {sent} and reads {found}.",
            cite("A43 and 1.4", RECORDED, "github.com/snipe/snipe-it #12049"),
            "Store externalId with every write; it may change and need not be unique.",
        ),
        "attribute-lost": Reaction(
            "An attribute that was sent is not there",
            "Okta pushes {name} and reads nothing: an admin who maps it sees no error and no value.",
            cite("1.4", FAQ, "Okta's submission form, “Did you delete all unused attributes?”"),
            "Store and return it, or tell admins to take it out of the attribute mappings.",
        ),
        "emptied-attribute-remains": Reaction(
            "An emptied attribute remains",
            "Okta emptied {name}; the server still says {found}.",
            cite("1.5", TEST_PLAN + " C9337"),
            "Read an empty string, null and absence in a PUT as: clear it.",
        ),
        "formatted-stale": Reaction(
            "name.formatted is stale",
            "Okta sent the name {sent} and reads {found} as the formatted one.",
            cite("A16 and 1.5", RECORDED),
            "Put name.formatted together from its parts, whatever a PUT brings, or do not return it.",
        ),
        # Imports
        "items-per-page-wrong": Reaction(
            "itemsPerPage is not true",
            "itemsPerPage says {told}, the page holds {found}; Okta's review of an app looks at it.",
            cite("1.8", "github.com/ory/polis #4054"),
            "Send in itemsPerPage how many resources are on this page.",
        ),
        "beyond-the-end": Reaction(
            "A page beyond the end is not empty",
            "Okta's review blocked an app for this: {told}.",
            cite("A27", "github.com/ory/polis #4054"),
            "Answer 200 with Resources [] and itemsPerPage 0.",
        ),
        "nobody-listed": Reaction(
            "The connection test finds nobody",
            "Okta's test passes, its test suite fails on an empty list; one set-up said that no users were returned.",
            cite("A29 and 1.3", SUITE + " step 1", "ngrok's guide to Okta SCIM"),
            "Have one complete user before the connection is tested.",
        ),
        "incremental-filter-ignored": Reaction(
            "The agent's filter by time is ignored",
            "The agent asked for changes after a moment in the future and was given people: {count}.",
            cite("B5", ON_PREMISES),
            "Obey meta.lastModified gt, or do not list OPP_SCIM_INCREMENTAL_IMPORTS.",
        ),
        "no-primary-email": Reaction(
            "No e-mail is marked primary",
            "Okta looks for the e-mail with primary true, and finds none: {asked}.",
            cite("1.8", FAQ),
            "Mark one e-mail with primary true.",
        ),
        "active-missing": Reaction(
            "A user does not say whether active",
            "Nothing says whether active, so an import brings them as active: {asked}.",
            cite("1.8", CONCEPTS, SUITE + " step 1"),
            "Return active as a boolean for every user.",
        ),
        "active-not-boolean": Reaction(
            "active is not a boolean",
            "active is read as {found}, which is no JSON boolean: {asked}.",
            cite("1.1 and 5.4", SUBMISSION, RFC_7643 + " section 2.3.2"),
            "Return active as true or false, without quotes.",
        ),
        # Groups
        "group-created-twice": Reaction(
            "Two groups of one name",
            "A second group named {asked} was created: Okta's look-up by name now finds either of them.",
            cite("A51 and 1.11", REFERENCE),
            "Keep displayName unique: answer the second POST with 409 and scimType uniqueness.",
        ),
        "created-without-members": Reaction(
            "A new group ignores its members",
            "Okta created a group with members ({sent}) and reads fewer ({found}); only its next PUT brings them.",
            cite("A12", RECORDED),
            "Take the members of a POST.",
        ),
        "member-display-lost": Reaction(
            "A member's display is not returned",
            "Okta sent members with display and reads them without.",
            cite("A57", SUITE_OF_2023),
            "Return display as it was sent, or the member's userName.",
        ),
    }
)
