"""A report as one HTML file that a person can forward: nothing in it comes from elsewhere.

Belongs here: sentences and markup for each part. Must not know: how it was found out, where the page is kept. The
look of it is in resources/report.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from html import escape
from importlib.resources import files
from math import log1p
from typing import TYPE_CHECKING, Final

from server.okta.features import Feature
from server.okta.rules import Severity
from server.okta.speech import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.okta.dialogues import Kind
    from server.okta.report import FeatureResult, Report
    from server.okta.rules import Finding, Rule

APPS: Final[dict[str, tuple[str, str]]] = {
    "custom": ("Custom app", "Made in Okta's App Integration Wizard: everything is written by PUT."),
    "catalog": ("Catalog app", "From Okta's integration network: memberships and states are written by PATCH."),
    "agent": ("On-prem agent", "Okta's Provisioning Agent: everything is written by PUT, each time the whole."),
}

_PLACE: Final = re.compile(r"\{\{(\w+)\}\}")
_TICK: Final = '<path d="m5 12.5 4.5 4.5L19 7.5"/>'
_CROSS: Final = '<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>'
_MARK: Final = '<path d="M12 6v7"/><path d="M12 17.5v.01"/>'
_DASH: Final = '<path d="M7 12h10"/>'


def app_title(kind: Kind, version: Version) -> str:
    """Name a kind of app, and the version of SCIM where that is not 2.0."""
    return f"{APPS[kind][0]}{'' if version is Version.TWO else f' in SCIM {version}'}"


def page(reports: Sequence[Report], *, started: str, version: str) -> str:
    """Give the page for reports on one server, one for each kind of app; ``started`` is ISO 8601 with an offset.

    Raises ValueError without a report.
    """
    if not reports:
        raise ValueError("a page needs a report")
    tone, sign = _standing(reports)
    parts = {
        "title": f"SCIM report: {escape(reports[0].server)}",
        "version": escape(version),
        "started": escape(started),
        "day": f"{datetime.fromisoformat(started):%d %B %Y, %H:%M}".lstrip("0"),
        "tone": tone,
        "sign": _icon(sign, 2.6),
        "headline": escape(headline(reports)),
        "summary": _summary(reports),
        "figures": "\n".join(_figures(reports)),
        "features": _overview(reports) if len(reports) > 1 else _tables(reports),
        "findings": _findings(reports),
        "times": _tables(reports) if len(reports) > 1 else "",
        "left_behind": _left_behind(reports),
        "method": escape(_method(reports, version)),
    }
    template = files("resources").joinpath("report", "report.html").read_text("utf-8")
    return _PLACE.sub(lambda match: parts[match[1]], template)


def headline(reports: Sequence[Report]) -> str:
    """Sum reports up in one sentence."""
    if any(report.interrupted for report in reports):
        return "The simulation was ended early."
    if all(report.ok for report in reports):
        return "Okta can provision into this server."
    stuck = {one.label for report in reports for one in report.features if not one.ok}
    if len(stuck) == 1:
        return "One feature of Okta's does not work with this server."
    return f"{len(stuck)} features of Okta's do not work with this server."


def milliseconds(duration: int) -> str:
    """Write microseconds for a person: ``0.8 ms``, ``12 ms``, ``3.4 s``."""
    if duration >= 1_000_000:
        return f"{duration / 1_000_000:,.1f} s"
    return f"{duration / 1000:.1f} ms" if duration < 10_000 else f"{duration / 1000:.0f} ms"


def _standing(reports: Sequence[Report]) -> tuple[str, str]:
    if not all(report.ok for report in reports):
        return ("careful", _MARK) if any(report.interrupted for report in reports) else ("bad", _CROSS)
    return "good", _TICK


def _icon(drawn: str, width: float = 3.4) -> str:
    return (
        f'<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true">{drawn}</svg>'
    )


def _pill(tone: str, drawn: str, words: str) -> str:
    return f'<span class="pill {tone}">{_icon(drawn)}{escape(words)}</span>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _summary(reports: Sequence[Report]) -> str:
    titles = [app_title(report.kind, report.version) for report in reports]
    kinds = _listed([f"a {title[0].lower()}{title[1:]}" for title in titles]).replace("a on-", "an on-")
    failing = {one.rule for report in reports for one in report.failures}
    noted = {one.rule for report in reports for one in report.notes}
    told = f"<code>{escape(reports[0].server)}</code> was tried as Okta would use it, with {kinds}. "
    if failing:
        told += f"Okta gets stuck for {_count(len(failing), 'reason')}, each with its fix below"
        told += f", and {_count(len(noted), 'remark')} may matter later." if noted else "."
    elif noted:
        told += f"Every feature that was tried works; {_count(len(noted), 'remark')} may matter later."
    else:
        told += "Every feature that was tried works, and there is nothing to remark."
    return told


def _figures(reports: Sequence[Report]) -> Iterable[str]:
    results = [one for report in reports for one in report.features]
    requests = sum(report.requests for report in reports)
    seconds = sum(report.seconds for report in reports)
    medians = sorted(one.median for one in results if one.reached)
    yield _figure("Features that work", f"{sum(one.ok for one in results)} of {len(results)}", _kinds_tried(reports))
    yield _figure("Requests", f"{requests:,}", f"in {seconds:,.1f} s")
    yield _figure("People", f"{max(report.people for report in reports):,}", "made for the trial")
    if medians:
        worst = max(one.worst for one in results)
        yield _figure("Typical answer", milliseconds(medians[len(medians) // 2]), f"slowest {milliseconds(worst)}")


def _kinds_tried(reports: Sequence[Report]) -> str:
    return "with one kind of app" if len(reports) == 1 else f"over {len(reports)} kinds of app"


def _figure(name: str, value: str, more: str) -> str:
    return f'<div class="figure"><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(more)}</small></dd></div>'


def _tables(reports: Sequence[Report]) -> str:
    return "\n".join(_table(report) for report in reports)


def _state(result: FeatureResult | None) -> str:
    if result is None or not result.reached:
        return _pill("quiet", _DASH, "Not tried" if result is None else "Not reached")
    if not result.ok:
        return _pill("bad", _CROSS, "Fails")
    if result.findings:
        return _pill("careful", _MARK, _count(len(result.findings), "remark"))
    return _pill("good", _TICK, "Works")


def _overview(reports: Sequence[Report]) -> str:
    names = {one.feature: one.label for report in reports for one in report.features}
    labels = [
        names[name] for name in [*Feature, *(name for name in names if name not in set(Feature))] if name in names
    ]
    cells = {(report.kind, one.label): one for report in reports for one in report.features}
    head = "".join(f"<th>{escape(app_title(report.kind, report.version))}</th>" for report in reports)
    rows = "\n".join(
        f"<tr><td>{escape(label)}</td>"
        + "".join(f"<td>{_state(cells.get((report.kind, label)))}</td>" for report in reports)
        + "</tr>"
        for label in labels
    )
    return (
        "<h2>At a glance</h2>\n<p>The kind of app decides how Okta writes; a server that is to work with every one of "
        f'them needs all columns green.</p>\n<div class="card scroll"><table><tr><th>Feature</th>{head}</tr>\n{rows}\n'
        "</table></div>\n"
    )


def _table(report: Report) -> str:
    title, story = app_title(report.kind, report.version), APPS[report.kind][1]
    longest = max((one.worst for one in report.features), default=0) or 1
    rows = "\n".join(_row(one, longest) for one in report.features)
    return (
        f'<h2>{escape(title)}</h2>\n<p>{escape(story)}</p>\n<div class="card"><div class="scroll"><table>\n'
        '<tr><th>Feature</th><th>Verdict</th><th class="number">Requests</th><th class="number">Median</th>'
        '<th class="number">Slowest</th><th>Answer time</th></tr>\n'
        f'{rows}\n</table></div>\n<div class="legend"><span><i></i>median</span><span><i class="worst"></i>slowest'
        "</span><span>on a logarithmic scale</span></div></div>"
    )


def _row(result: FeatureResult, longest: int) -> str:
    times = "<td></td><td></td><td></td>"
    if result.reached:
        # A sliver stays visible for what is quickest.
        typical, worst = (max(1.5, 100 * _scaled(part) / _scaled(longest)) for part in (result.median, result.worst))
        times = (
            f'<td class="number">{milliseconds(result.median)}</td><td class="number">{milliseconds(result.worst)}</td>'
            f'<td><span class="bar"><i style="width:{worst:.1f}%"></i><b style="width:{typical:.1f}%"></b></span></td>'
        )
    return (
        f'<tr><td>{escape(result.label)}</td><td>{_state(result)}</td><td class="number">{result.requests:,}</td>'
        f"{times}</tr>"
    )


def _scaled(duration: int) -> float:
    """Give the length of a bar: a logarithm, or one slow answer would make all others alike."""
    return log1p(duration / 200)


def _findings(reports: Sequence[Report]) -> str:
    found: dict[Rule, list[tuple[Report, Finding]]] = defaultdict(list)
    for report in reports:
        for one in report.findings:
            found[one.rule].append((report, one))
    parts = []
    for severity, title, story in (
        (Severity.FAILS, "What Okta does not get past", "Each with what Okta does, the request, and the fix."),
        (Severity.NOTE, "What may matter later", "Okta gets past these; its admin, or Okta's own test suite, may not."),
    ):
        chosen = [seen for seen in found.values() if seen[0][1].severity is severity]
        if chosen:
            cards = "\n".join(_finding(seen, several=len(reports) > 1) for seen in chosen)
            parts.append(f"<h2>{title}</h2>\n<p>{story}</p>\n{cards}")
    if not parts:
        parts.append(
            '<h2>Findings</h2>\n<div class="card nothing">Nothing. Every answer was what Okta expects, and what was '
            "written was there when it was read.</div>"
        )
    return "\n".join(parts)


def _finding(seen: Sequence[tuple[Report, Finding]], *, several: bool) -> str:
    first = seen[0][1]
    fails = first.severity is Severity.FAILS
    times = sum(report.times.get(one.rule, 1) for report, one in seen)
    titles = [app_title(report.kind, report.version) for report, _ in seen]
    apps = "".join(f'<span class="pill app">{escape(title)}</span>' for title in titles)
    often = f'<span class="pill app">{times:,} times</span>' if times > len(seen) else ""
    sign = _pill("bad", _CROSS, "Fails") if fails else _pill("careful", _MARK, "Remark")
    return (
        f'<article class="card finding {"bad" if fails else "careful"}">\n'
        f"<header><h3>{escape(first.rule.title)}</h3>{often}{apps if several else ''}{sign}</header>\n"
        f"<blockquote><b>What Okta does</b>{escape(first.sentence)}</blockquote>\n"
        f"<dl><dt>Request</dt><dd><code>{escape(first.request)}</code></dd>"
        f'<dt>Fix</dt><dd class="fix">{escape(first.remedy)}</dd>'
        f'<dt>Known from</dt><dd class="source">{escape(first.source)}</dd>'
        f'<dt>Rule</dt><dd class="source"><code>{escape(first.rule)}</code></dd></dl>\n</article>'
    )


def _left_behind(reports: Sequence[Report]) -> str:
    left = [one for report in reports for one in report.left_behind]
    if not left:
        return ""
    items = "".join(f"<li><code>{escape(one)}</code></li>" for one in left)
    return (
        "<h2>Left behind on the server</h2>\n<p>The server did not let these be deleted. Delete them by hand.</p>\n"
        f'<div class="card note"><ul>{items}</ul></div>'
    )


def _method(reports: Sequence[Report], version: str) -> str:
    cleaned = any(report.left_behind for report in reports)
    end = "What could not be deleted is listed above." if cleaned else "All of it was deleted at the end."
    return (
        "People and groups were made for the trial, under names that nobody else has; what was on the server before "
        f"was only read, as an import reads it. {end} Made with Perch {version}: perch simulate."
    )
