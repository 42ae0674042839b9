"""What a simulation has seen so far: how long each answer took, and what was found, by feature.

Belongs here: counting, by several threads at once. Must not know: what is checked, what is asked next.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from server.okta.expectations import check_step, narrowed
from server.okta.features import Feature
from server.okta.report import FeatureResult, Report, feature_result, firsts
from server.okta.speech import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.okta.dialogues import Kind
    from server.okta.rules import Finding
    from server.okta.scenario import Step

ERRORS: Final = "errors"
"""The row for what no feature of Okta's stands for: how a server refuses."""

LABELS: Final[dict[str, str]] = {ERRORS: "Errors as Okta reads them"}


class Ledger:
    """Fills as steps are played. Each thread may write."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._durations: dict[str, list[int]] = defaultdict(list)
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        self.requests = 0

    def note(self, step: Step, *, feature: str | None = None) -> None:
        """Count a step of Okta's and check what every step has to keep."""
        self.count(step, feature=feature)
        self.found(feature or step.feature, check_step(step))

    def count(self, step: Step, *, feature: str | None = None) -> None:
        """Count a step without checking it: one whose refusal is wanted."""
        with self._turn:
            self._durations[feature or step.feature].append(step.duration)
            self.requests += 1

    def found(self, feature: str, findings: Iterable[Finding]) -> None:
        """Keep what was found about a feature."""
        with self._turn:
            self._findings[feature].extend(findings)

    def works(self, feature: str) -> bool:
        """Tell whether a feature was tried and nothing of it failed so far."""
        with self._turn:
            return feature_result(feature, "", self._durations[feature], self._findings[feature]).ok

    def results(self, expected: Sequence[str]) -> tuple[FeatureResult, ...]:
        """Sum up each feature that was expected or was seen, in the order of Okta's features."""
        seen = {*expected, *self._durations, *self._findings}
        order = [*(str(feature) for feature in Feature), ERRORS]
        return tuple(
            feature_result(name, _label(name), self._durations[name], narrowed(self._findings[name]))
            for name in order
            if name in seen
        )

    def report(
        self,
        server: str,
        kind: Kind,
        version: Version = Version.TWO,
        *,
        expected: Sequence[str],
        people: int,
        seconds: float,
        left_behind: Sequence[str],
        interrupted: bool,
    ) -> Report:
        """Sum everything up."""
        findings = [one for name in self._findings for one in narrowed(self._findings[name])]
        return Report(
            server=server,
            kind=kind,
            version=version,
            features=self.results(expected),
            findings=firsts(findings),
            times=Counter(one.rule for one in findings),
            left_behind=tuple(left_behind),
            people=people,
            requests=self.requests,
            seconds=seconds,
            interrupted=interrupted,
        )


def _label(name: str) -> str:
    return LABELS[name] if name in LABELS else Feature(name).label
