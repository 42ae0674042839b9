"""The words of one reaction, and the public sources that they are taken from.

Belongs here: how a line of the two tables looks. Must not know: the rules, which name the lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REFERENCE: Final = 'Okta, "SCIM 2.0 Protocol Reference" (developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20)'
REFERENCE_OF_1_1: Final = (
    'Okta, "SCIM 1.1 Protocol Reference" (developer.okta.com/docs/api/openapi/okta-scim/guides/scim-11)'
)
CONCEPTS: Final = 'Okta, "Understanding SCIM" (developer.okta.com/docs/concepts/scim)'
FAQ: Final = 'Okta, "SCIM integration concepts and requirements" (developer.okta.com/docs/concepts/scim/faqs)'
PREPARE: Final = (
    'Okta, "Prepare your SCIM service" (developer.okta.com/docs/guides/scim-provisioning-integration-prepare)'
)
CONNECT: Final = (
    'Okta, "Connect your SCIM API service" (developer.okta.com/docs/guides/scim-provisioning-integration-connect)'
)
SUITE: Final = "Okta's SCIM 2.0 SPEC test suite (Runscope)"
SUITE_OF_2023: Final = "Okta's SCIM 2.0 SPEC test suite of 2023 (Runscope)"
SUITE_OF_1_1: Final = "Okta's SCIM 1.1 SPEC test suite (Okta-SCIM-11-SPEC-Test.json)"
CRUD_SUITE: Final = "Okta's CRUD test suite (Runscope)"
TEST_PLAN: Final = "Okta's manual test plan (okta-scim-test-plan-v2.xlsx)"
SAMPLES: Final = "Okta's sample requests of 2019 (github.com/okta/okta-developer-docs, concepts/oin-scim)"
ON_PREMISES: Final = 'Okta help, "SCIM messages for on-premises provisioning" (github.com/okta/okta-help)'
SUBMISSION: Final = "Okta Integration Network, submission requirements"
RECORDED: Final = "recorded from a real Okta tenant"
RFC_7643: Final = "RFC 7643"
RFC_7644: Final = "RFC 7644"


@dataclass(frozen=True, slots=True)
class Reaction:
    """How Okta reacts, in its own words where it has any; what follows them explains."""

    title: str
    """A few words for a heading."""
    sentence: str
    """A template: ``{name}`` stands for a fact of the case."""
    source: str
    """The section or line of OKTA.md, then the public source."""
    remedy: str
    """A sentence for the developer of the server."""


def cite(line: str, *public: str) -> str:
    """Write a source: ``OKTA.md A26; support.okta.com question …``."""
    return "; ".join((f"OKTA.md {line}", *public))
