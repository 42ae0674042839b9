"""The scenarios of a simulation that are about the server itself: that it is there, and how it refuses.

Belongs here: which requests are sent for it. Must not know: how a check is made, who is told.
Each yields 1 for every thing that was tried.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from server.okta.dialogues import Kind
from server.okta.expectations import (
    check_bare_filter,
    check_bare_token,
    check_base_url,
    check_capabilities,
    check_double_slash,
    check_unknown_path,
    check_unknown_user,
    check_wrong_method,
    check_wrong_token,
)
from server.okta.features import Feature
from server.okta.import_expectations import check_seeded
from server.okta.ledger import ERRORS
from server.okta.verdicts import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.okta.bench import Bench

TEST = "/Users?startIndex=1&count=2"
"""What Okta's own connection test asks for (OKTA.md 1.3)."""


def connection(bench: Bench) -> Iterator[int]:
    """Test the connection as this kind of app does, and look at the address (OKTA.md 1.3)."""
    feature = Feature.CONNECTION_TEST
    bench.ledger.found(feature, check_base_url(bench.base_url, agent=bench.kind is Kind.AGENT))
    steps = bench.play(bench.tenant.test_connection()).steps
    for step in steps:
        if step.feature is feature:
            bench.ledger.found(feature, check_seeded(step))
    yield 1
    if not all(step.verdict.ok for step in steps):
        return
    if bench.kind is Kind.CATALOG:
        # OKTA.md A49: the header mode of catalog apps sends the token alone.
        wire = bench.connect(scheme="")
        try:
            step = bench.ask(feature, "GET", TEST, Asked.LIST, wire=wire, judged=False)
        finally:
            wire.close()
        bench.ledger.found(feature, check_bare_token(step))
    if bench.kind is Kind.AGENT:
        step = bench.ask(feature, "GET", f"/{TEST}", Asked.LIST, judged=False)
        bench.ledger.found(feature, check_double_slash(step))
        step = bench.ask(Feature.DISCOVERY, "GET", "/ServiceProviderConfig", Asked.READ, judged=False)
        bench.ledger.found(Feature.DISCOVERY, check_capabilities(step))


def errors(bench: Bench) -> Iterator[int]:
    """Ask for what must be refused: a wrong token, nobody, nothing, by the wrong method (OKTA.md 1.2, 1.12)."""
    wire = bench.connect(token=f"not-the-token-{bench.mark}")
    try:
        step = bench.ask(ERRORS, "GET", TEST, Asked.LIST, wire=wire, judged=False)
    finally:
        wire.close()
    bench.ledger.found(ERRORS, check_wrong_token(step))
    yield 1
    for method, target, body, check in (
        ("GET", f"/Users/{uuid.uuid4()}", None, check_unknown_user),
        ("GET", f"/NothingHere-{bench.mark}", None, check_unknown_path),
        ("POST", "/ServiceProviderConfig", b"test", check_wrong_method),
        ("GET", "/Users?filter=PERCH@SIMULATE.EXAMPLE", None, check_bare_filter),
    ):
        step = bench.ask(ERRORS, method, target, Asked.READ, body, judged=False)
        bench.ledger.found(ERRORS, check(step))
        yield 1
