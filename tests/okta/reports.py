"""Reports for tests: of a server that Okta gets along with, and of one that it does not."""

from __future__ import annotations

from server.okta.dialogues import Kind
from server.okta.features import Feature
from server.okta.report import FeatureResult, Report, feature_result, firsts
from server.okta.rules import Finding, Rule, finding

SERVER = "https://scim.example.com/scim/v2"
CREATES = "POST /Users"


def without_location(request: str = CREATES) -> Finding:
    """A note."""
    return finding(Rule.CREATED_WITHOUT_LOCATION, request)


def string_total(request: str = "GET /Users?startIndex=1&count=100") -> Finding:
    """A failure."""
    return finding(Rule.LIST_NUMBER_AS_STRING, request, name="totalResults", number="7")


def result(feature: Feature, *findings: Finding, durations: tuple[int, ...] = (900, 1200, 4000)) -> FeatureResult:
    return feature_result(feature, feature.label, durations, findings)


def good_report(kind: Kind = Kind.CUSTOM) -> Report:
    features = (result(Feature.CONNECTION_TEST), result(Feature.PUSH_NEW_USER))
    return Report(server=SERVER, kind=kind, features=features, findings=(), people=5, requests=6, seconds=0.25)


def bad_report(kind: Kind = Kind.CUSTOM, *, left_behind: tuple[str, ...] = ()) -> Report:
    features = (
        result(Feature.CONNECTION_TEST),
        result(Feature.PUSH_NEW_USER, without_location()),
        result(Feature.IMPORT_USERS, string_total()),
        result(Feature.GROUP_RENAME, durations=()),
    )
    findings = firsts([without_location(), string_total(), without_location()])
    times = {Rule.CREATED_WITHOUT_LOCATION: 2, Rule.LIST_NUMBER_AS_STRING: 1}
    return Report(
        server=SERVER,
        kind=kind,
        features=features,
        findings=findings,
        times=times,
        left_behind=left_behind,
        people=1000,
        requests=9,
        seconds=2.0,
    )
