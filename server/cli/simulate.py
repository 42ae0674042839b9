"""``perch simulate``: plays Okta against a SCIM server, and says what Okta would make of it.

Belongs here: the options, the order of the kinds of app, what the exit code is. Must not know: what Okta sends
(``okta``), how a report looks (``simulation_output``).
"""

from __future__ import annotations

import os
import signal
import ssl
import sys
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from server.cli.invocation import Failure, Invocation, installed_version, pass_invocation
from server.cli.messages import NO_COPY
from server.cli.output import CAREFUL, QUIET, json_option, said, say, show_json
from server.cli.simulation_output import follow, show_repeated, show_reports
from server.okta.app import addressed
from server.okta.cleaning import AGENT, Tracker
from server.okta.dialogues import Kind
from server.okta.recording import Recorder, UnreadableRecordingError, read_recording
from server.okta.replaying import Replayer
from server.okta.report import document
from server.okta.report_page import page
from server.okta.simulation import PEOPLE, Scenario, Simulation, new_mark
from server.okta.speech import Version, version_below
from server.okta.wire import Wire
from server.vault import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from server.okta.report import Report
    from server.okta.wire import Transport

TOKEN_VARIABLE = "PERCH_SIMULATE_TOKEN"  # noqa: S105 -- the name of a variable, not a secret
EVERY = "all"
AT_ONCE = 130
"""The exit code of who was interrupted (128 and the number of SIGINT)."""
MOST = 100_000


@click.command()
@click.argument("url")
@click.option(
    "--token",
    metavar="TOKEN",
    help="The bearer token; - reads it from stdin, so that no list of processes shows it.",
)
@click.option("--keyring", metavar="LABEL", help="Take the copy of this token of Perch's from the system's keyring.")
@click.option(
    "--app",
    type=click.Choice([*(str(kind) for kind in Kind), EVERY]),
    default=str(Kind.CUSTOM),
    show_default=True,
    help="The kind of app: made in Okta's wizard, from Okta's catalog, or the on-prem agent.",
)
@click.option(
    "--scim",
    type=click.Choice([str(version) for version in Version]),
    help="The version of SCIM the app is set to. Otherwise 2.0, and for the agent what the URL says: /v1 is 1.1.",
)
@click.option(
    "--scenario",
    "scenarios",
    type=click.Choice([str(scenario) for scenario in Scenario]),
    multiple=True,
    metavar="NAME",
    help=f"What to try, may be repeated; what it builds on comes first. One of {', '.join(Scenario)}.",
)
@click.option(
    "--people",
    type=click.IntRange(1, MOST),
    default=PEOPLE,
    show_default=True,
    help="How many people to make, over several connections at once.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    help="How many times as fast as Okta waits (1 is Okta's own pace); otherwise without its pauses.",
)
@json_option
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report to forward to this file.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="Keep the dialogue in this file.")
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Repeat a recorded dialogue instead, and tell what is different.",
)
@click.option("--ca", type=click.Path(exists=True, dir_okay=False), help="Trust the certificates in this file, too.")
@click.option("--insecure", is_flag=True, help="Trust every certificate, as Okta never would.")
@pass_invocation
def simulate(invocation: Invocation, /, **options: Any) -> None:
    """Play Okta against the SCIM server at URL, and say what works, how fast, and what Okta would stumble over.

    The token comes from --token, --keyring or the variable PERCH_SIMULATE_TOKEN. People and groups are made under
    names of their own and deleted at the end; what was there before is only read. Ends with 0 when every feature
    works, with 1 when one does not.
    """
    url = _base_url(options["url"])
    token = _token(invocation, options["token"], options["keyring"])
    context = _context(options["ca"], insecure=options["insecure"])
    if options["replay"] is not None:
        _refuse_with("--replay", options, ("html", "record", "scenarios", "scim"))
        good = _replay(url, token, context, options["replay"], as_json=options["as_json"])
    else:
        good = _simulate(url, token, context, options)
    if not good:
        raise click.exceptions.Exit(1)


def _simulate(url: str, token: str, context: ssl.SSLContext | None, options: dict[str, Any]) -> bool:
    kinds = list(Kind) if options["app"] == EVERY else [Kind(options["app"])]
    record, html = options["record"], options["html"]
    if record is not None and len(kinds) > 1:
        raise click.UsageError("--record keeps the dialogue of one kind of app: choose it with --app.")
    if html is not None:
        _try_to_write(html)
    started = datetime.now().astimezone().isoformat(timespec="seconds")
    reports: list[Report] = []
    version = None if options["scim"] is None else Version(options["scim"])
    if version is None:
        _tell_version(url, kinds)
    for kind in kinds:
        mark = new_mark()
        settings = addressed(kind, url, version)
        simulation = Simulation(
            url,
            token,
            settings,
            people=options["people"],
            scenarios=[Scenario(name) for name in options["scenarios"]] or tuple(Scenario),
            speed=options["speed"],
            wrap=_recorder(record, url, mark, token, settings.version),
            context=context,
            mark=mark,
        )
        with _interruptible(simulation):
            reports.append(follow(simulation.run(), settings))
        if simulation.stop.is_set():
            break
    perch = installed_version()
    if html is not None:
        html.write_text(page(reports, started=started, version=perch), "utf-8")
        say(f"The report is in {html}.", style=QUIET)
    if options["as_json"]:
        show_json(document(reports, started=started, version=perch))
    else:
        show_reports(reports)
    return all(report.ok for report in reports)


def _tell_version(url: str, kinds: list[Kind]) -> None:
    """Say which SCIM is spoken where a person may expect the other one."""
    named = version_below(url)
    if named is Version.ONE and kinds != [Kind.AGENT]:
        say(
            "Cloud apps speak SCIM 2.0 whatever the URL says. If yours is set to 1.1, add --scim 1.1; if not, give the "
            "URL for 2.0, which ends in /v2 with Perch.",
            style=CAREFUL,
        )
    if named is None and Kind.AGENT in kinds:
        say(
            "The on-prem agent goes by /v1 or /v2 in the URL, which has neither: SCIM 2.0 is spoken here. An agent may "
            "choose 1.1 then; add --scim 1.1 to try that.",
            style=CAREFUL,
        )


def _replay(url: str, token: str, context: ssl.SSLContext | None, file: Path, *, as_json: bool) -> bool:
    try:
        recording = read_recording(file)
    except (OSError, UnreadableRecordingError) as error:
        raise Failure(str(error)) from error
    mark = new_mark() if recording.run else ""
    with closing(Tracker(Wire(url, token, context=context, version=recording.version))) as tracker:
        repeated = list(Replayer(recording, tracker, run=mark).play())
        wire = Wire(url, token, context=context, agent=AGENT, version=recording.version)
        left_behind = _clean_up(tracker, wire, mark)
    show_repeated(repeated, left_behind, as_json=as_json)
    return not any(one.differences for one in repeated)


def _clean_up(tracker: Tracker, wire: Transport, mark: str) -> list[str]:
    with closing(wire):
        if mark:
            tracker.find_lost(wire, mark=mark)
        return [reason for target in tracker.made if (reason := tracker.delete(wire, target))]


def _recorder(file: Path | None, url: str, mark: str, token: str, version: Version) -> Callable[[Transport], Transport]:
    if file is None:
        return lambda transport: transport

    def recorded(transport: Transport) -> Transport:
        try:
            return Recorder(transport, file, server=url, run=mark, secret=token, version=version)
        except OSError as error:
            raise Failure(f"{file} cannot be written: {error.strerror}. Choose another file.") from error

    return recorded


def _try_to_write(file: Path) -> None:
    """Find out before the work, not after it, that there is no place for its report."""
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}. Choose another file.") from error


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise click.BadParameter(
            f"{url!r} is no base URL. Use one like https://scim.example.com/scim/v2.", param_hint="URL"
        )
    if parts.query or parts.fragment or parts.username is not None:
        raise click.BadParameter("A base URL has no question mark, no # and no user name in it.", param_hint="URL")
    return url.strip()


def _token(invocation: Invocation, given: str | None, label: str | None) -> str:
    if given is not None and label is not None:
        raise click.UsageError("Give --token or --keyring, not both.")
    if label is not None:
        with invocation.workspace() as workspace:
            kept = workspace.custody.secret(workspace.tokens.find(label).id)
        if kept.secret is None:
            raise Failure(NO_COPY.get(kept.outcome, NO_COPY[Outcome.FAILED]))
        return kept.secret
    token = sys.stdin.readline() if given == "-" else given or os.environ.get(TOKEN_VARIABLE, "")
    token = token.strip()
    if not token:
        raise click.UsageError(f"There is no token. Give one by --token, --keyring or {TOKEN_VARIABLE}.")
    # Looked at here: what a header cannot carry would be quoted by the error that refuses it.
    if not (token.isascii() and token.isprintable()):
        raise click.UsageError("This is no token: it holds characters that none has.")
    return token


def _context(authorities: str | None, *, insecure: bool) -> ssl.SSLContext | None:
    if insecure:
        if authorities is not None:
            raise click.UsageError("Give --ca or --insecure, not both.")
        say("Certificates are not checked: Okta will check them.", style=CAREFUL)
        return _trusting()
    if authorities is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(authorities)
    except (OSError, ssl.SSLError) as error:
        raise Failure(f"{authorities} holds no certificates in PEM form.") from error
    return context


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _refuse_with(option: str, options: dict[str, Any], others: tuple[str, ...]) -> None:
    for name in others:
        if options[name]:
            shown = "scenario" if name == "scenarios" else name
            raise click.UsageError(f"{option} repeats what was recorded: --{shown} has no place there.")


@contextmanager
def _interruptible(simulation: Simulation) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM end the simulation in order, and the second one at once."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if simulation.stop.is_set():
            # Threads that wait for a server that does not answer would hold up every other way out.
            said().show_cursor(show=True)
            os._exit(AT_ONCE)
        simulation.stop.set()
        say("Stopping: what was made is being deleted. Once more, and it is left behind.", style=CAREFUL)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
