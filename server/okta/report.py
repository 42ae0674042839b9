"""What a simulation found out about a server, as values and as JSON.

Belongs here: how findings are counted and what makes a report good. Must not know: how it was found out, how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from server.okta.rules import Severity
from server.okta.speech import Version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.okta.dialogues import Kind
    from server.okta.rules import Finding, Rule

FORM: Final = 1
"""Of the JSON; raised when a reader of the older form could not read the newer. New members do not raise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureResult:
    """What came of one feature of Okta's with one kind of app."""

    feature: str
    """A stable name: a Feature's value, or ``errors``."""
    label: str
    requests: int
    """0 where Okta never got as far."""
    ok: bool
    """Whether Okta gets past everything it asks for; notes do not hinder that."""
    findings: tuple[Finding, ...] = ()
    """The first one of each rule."""
    median: int = 0
    """Microseconds."""
    worst: int = 0
    """Microseconds."""

    @property
    def reached(self) -> bool:
        """Whether Okta got as far as to ask."""
        return self.requests > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a simulation found out with one kind of app."""

    server: str
    """The base URL."""
    kind: Kind
    version: Version = Version.TWO
    """Of SCIM, as it was spoken."""
    features: tuple[FeatureResult, ...]
    findings: tuple[Finding, ...]
    """The first one of each rule, those that fail first."""
    times: Mapping[Rule, int] = field(default_factory=dict)
    """How often each rule was found."""
    left_behind: tuple[str, ...] = ()
    """What was made on the server and could not be deleted, with the reason."""
    people: int = 0
    requests: int = 0
    seconds: float = 0.0
    """From the first request to the last, cleaning up left out."""
    interrupted: bool = False
    """Whether a person ended it early."""

    @property
    def ok(self) -> bool:
        """Whether Okta gets past everything that was asked for."""
        return not self.interrupted and all(one.ok for one in self.features) and not self.failures

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that keep a feature from working."""
        return tuple(one for one in self.findings if one.severity is Severity.FAILS)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that Okta gets past."""
        return tuple(one for one in self.findings if one.severity is not Severity.FAILS)


def firsts(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give the first finding of each rule, those that fail before the others."""
    first: dict[Rule, Finding] = {}
    for one in findings:
        first.setdefault(one.rule, one)
    return tuple(sorted(first.values(), key=lambda one: one.severity is not Severity.FAILS))


def feature_result(feature: str, label: str, durations: Sequence[int], findings: Sequence[Finding]) -> FeatureResult:
    """Sum up a feature from the microseconds of its requests and what was found."""
    kept = firsts(findings)
    return FeatureResult(
        feature=feature,
        label=label,
        requests=len(durations),
        ok=bool(durations) and all(one.severity is not Severity.FAILS for one in kept),
        findings=kept,
        median=sorted(durations)[(len(durations) - 1) // 2] if durations else 0,
        worst=max(durations, default=0),
    )


def document(reports: Sequence[Report], *, started: str, version: str) -> dict[str, Any]:
    """Give reports on one server as a JSON object.

    Members: ``perch_report`` (1), ``version``, ``server``, ``started`` (ISO 8601), ``ok``, and for each kind of app in
    ``apps``: ``app``, ``scim`` (``2.0`` or ``1.1``), ``ok``, ``interrupted``, ``people``, ``requests``, ``seconds``,
    ``features`` (``feature``, ``label``, ``ok``, ``reached``, ``requests``, ``median_ms``, ``worst_ms``, ``rules``),
    ``findings`` (``rule``, ``title``, ``severity``, ``times``, ``request``, ``sentence``, ``source``, ``remedy``) and
    ``left_behind``.
    """
    return {
        "perch_report": FORM,
        "version": version,
        "server": reports[0].server if reports else "",
        "started": started,
        "ok": all(report.ok for report in reports),
        "apps": [_app(report) for report in reports],
    }


def _app(report: Report) -> dict[str, Any]:
    return {
        "app": str(report.kind),
        "scim": str(report.version),
        "ok": report.ok,
        "interrupted": report.interrupted,
        "people": report.people,
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "features": [_feature(one) for one in report.features],
        "findings": [
            {
                "rule": str(one.rule),
                "title": one.rule.title,
                "severity": str(one.severity),
                "times": report.times.get(one.rule, 1),
                "request": one.request,
                "sentence": one.sentence,
                "source": one.source,
                "remedy": one.remedy,
            }
            for one in report.findings
        ],
        "left_behind": list(report.left_behind),
    }


def _feature(result: FeatureResult) -> dict[str, Any]:
    return {
        "feature": result.feature,
        "label": result.label,
        "ok": result.ok,
        "reached": result.reached,
        "requests": result.requests,
        "median_ms": round(result.median / 1000, 2),
        "worst_ms": round(result.worst / 1000, 2),
        "rules": [str(one.rule) for one in result.findings],
    }
