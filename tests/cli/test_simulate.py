"""The command: any SCIM server, a token from wherever it is safe, a report for people and for programs, an exit code."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from server.cli.simulate import TOKEN_VARIABLE
from server.okta.dialogues import Kind
from server.okta.rules import Rule
from tests.endpoint import PATIENCE, clean_up, command
from tests.okta.simulations import former_url, totals
from tests.okta.stand_in import Reply, listing, standing_in
from tests.okta.test_trial import certificate
from tests.okta.wrong_servers import TOKEN, serving_wrongly
from tests.source_tree import ROOT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.endpoint import RunningEndpoint, Serve
    from tests.gnome_keyring import SecretService

CONNECTION = ("--scenario", "connection")


@pytest.fixture(autouse=True)
def _no_token_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)


def test_perch_is_green_with_all_kinds_of_app(perch: CommandLine, endpoint: RunningEndpoint) -> None:
    before = totals(endpoint.base_url, endpoint.token)
    ended = perch("simulate", endpoint.base_url, "--token", endpoint.token, "--app", "all")
    features = [line for line in ended.lines if line[0] == "feature"]
    assert {line[1] for line in features} == {str(kind) for kind in Kind}
    assert {line[3] for line in features} <= {"ok", "noted"}
    assert all(line[5].endswith((" ms", " s")) for line in features)
    assert "custom: Push new users, 5 people, " in ended.err
    assert totals(endpoint.base_url, endpoint.token) == before


def test_the_token_may_come_from_stdin_or_the_environment(
    perch: CommandLine, endpoint: RunningEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    perch("simulate", endpoint.base_url, *CONNECTION, "--token", "-", given=f"{endpoint.token}\n")
    monkeypatch.setenv(TOKEN_VARIABLE, endpoint.token)
    perch("simulate", endpoint.base_url, *CONNECTION)


def test_the_token_may_come_from_the_keyring(serve: Serve, secret_service: SecretService, perch: CommandLine) -> None:
    assert secret_service.bus
    assert perch.process("token", "create", "Okta").exit_code == 0
    running = serve(data_dir=perch.folder)
    assert perch.process("simulate", running.base_url, *CONNECTION, "--keyring", "Okta").exit_code == 0
    perch("token", "create", "Other", "--no-keyring")
    ended = perch.process("simulate", running.base_url, *CONNECTION, "--keyring", "Other")
    assert ended.exit_code == 1
    assert "holds no copy" in ended.err


def test_a_server_that_okta_does_not_get_along_with_ends_with_one(perch: CommandLine) -> None:
    with serving_wrongly(Rule.LOOKUP_HIDES_INACTIVE) as server:
        ended = perch.run("simulate", server.base_url, "--token", TOKEN)
    assert ended.exit_code == 1
    failing = next(line for line in ended.lines if line[0] == "finding" and line[2] == Rule.LOOKUP_HIDES_INACTIVE)
    assert failing[1:4] == ["custom", "lookup-hides-inactive", "fails"]
    assert failing[4].startswith("GET /Users?filter=")
    assert all(failing[5:])


def test_a_wrong_token_is_told_and_not_repeated(perch: CommandLine, endpoint: RunningEndpoint) -> None:
    ended = perch.run("simulate", endpoint.base_url, "--token", "perch_test_wrong")
    assert ended.exit_code == 1
    assert "token-refused" in ended.out
    assert "perch_test_wrong" not in ended.out + ended.err


def test_json_holds_everything_and_nothing_else_is_on_stdout(perch: CommandLine, endpoint: RunningEndpoint) -> None:
    report = perch(
        "simulate", endpoint.base_url, "--token", endpoint.token, "--scenario", "errors", "--people", "1", "--json"
    ).json
    assert report["perch_report"] == 1
    assert report["ok"] is True
    assert report["server"] == endpoint.base_url
    assert [app["app"] for app in report["apps"]] == ["custom"]
    assert {feature["feature"] for feature in report["apps"][0]["features"]} >= {"connection_test", "errors"}


def test_the_page_is_written_and_the_table_too(perch: CommandLine, endpoint: RunningEndpoint, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    arguments = ("simulate", endpoint.base_url, "--token", endpoint.token, *CONNECTION)
    ended = perch(*arguments, "--html", str(page))
    assert "<h1>Okta can provision into this server.</h1>" in page.read_text("utf-8")
    assert endpoint.token not in page.read_text("utf-8")
    assert f"The report is in {page}." in ended.err
    perch(*arguments, "--html", str(page))
    assert page.read_text("utf-8").count("<html") == 1, "an older page is replaced"


def test_a_place_that_cannot_be_written_is_told_before_the_work(perch: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "missing" / "file"
    for option in ("--html", "--record"):
        said = perch.refused("simulate", "http://127.0.0.1:9/scim/v2", "--token", "t", option, str(place))
        assert said == f"{place} cannot be written: No such file or directory. Choose another file."


def test_a_dialogue_is_recorded_and_repeated(
    perch: CommandLine, endpoint: RunningEndpoint, serve: Serve, tmp_path: Path
) -> None:
    kept, other = tmp_path / "dialogue.jsonl", serve()
    perch("simulate", endpoint.base_url, "--token", endpoint.token, "--people", "2", "--record", str(kept))
    assert endpoint.token not in kept.read_text("utf-8")
    repeated = perch("simulate", other.base_url, "--token", other.token, "--replay", str(kept), "--json").json
    assert repeated["different"] == 0
    assert repeated["requests"] == len(kept.read_text("utf-8").splitlines()) - 1
    assert repeated["left_behind"] == []
    assert totals(other.base_url, other.token) == (0, 0)


def test_the_agent_speaks_1_1_where_its_url_says_so(
    perch: CommandLine, endpoint: RunningEndpoint, serve: Serve, tmp_path: Path
) -> None:
    kept, other = tmp_path / "dialogue.jsonl", serve()
    arguments = ("--token", endpoint.token, "--app", "agent", "--people", "2")
    ended = perch("simulate", former_url(endpoint), *arguments, "--record", str(kept), "--json")
    assert [(app["app"], app["scim"], app["ok"]) for app in ended.json["apps"]] == [("agent", "1.1", True)]
    assert "Cloud apps" not in ended.err
    assert "urn:scim:schemas:core:1.0" in kept.read_text("utf-8")
    assert "urn:ietf" not in kept.read_text("utf-8")
    repeated = perch("simulate", former_url(other), "--token", other.token, "--replay", str(kept), "--json").json
    assert (repeated["different"], repeated["left_behind"]) == (0, [])
    assert totals(other.base_url, other.token) == (0, 0)


def test_a_recording_of_1_1_is_repeated_with_the_headers_of_1_1(perch: CommandLine, tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    lines: list[dict[str, Any]] = [
        {"perch_recording": 1, "server": "http://acme.lan/v1/", "run": "", "scim": "1.1"},
        {"method": "PUT", "target": "/Users/1", "body": {"userName": "ada"}, "status": 404, "answer": {}},
    ]
    kept.write_text("\n".join(json.dumps(line) for line in lines))
    told = Reply(404, {"Errors": [{"description": "nobody", "code": 404}]})
    with standing_in(told) as stand_in:
        ended = perch.run("simulate", stand_in.base_url, "--token", "t", "--replay", str(kept))
        headers = dict(stand_in.received[0].headers)
    assert headers["Accept"] == "application/json"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert ["PUT /Users/1", "Errors is new."] in ended.lines


def test_a_cloud_app_is_told_that_its_url_does_not_choose_the_version(
    perch: CommandLine, endpoint: RunningEndpoint
) -> None:
    arguments = ("simulate", former_url(endpoint), "--token", endpoint.token, *CONNECTION)
    assert "add --scim 1.1" in perch(*arguments).err
    assert "add --scim 1.1" in perch(*arguments, "--app", "all").err
    chosen = perch(*arguments, "--scim", "1.1", "--app", "all", "--json")
    assert "--scim" not in chosen.err
    assert {app["scim"] for app in chosen.json["apps"]} == {"1.1"}


def test_an_agent_whose_url_names_no_version_is_told_what_is_spoken(perch: CommandLine) -> None:
    with standing_in(*[listing()] * 2) as stand_in:
        url = stand_in.base_url.removesuffix("v2")
        ended = perch.run("simulate", url, "--token", "t", *CONNECTION, "--app", "agent")
        assert "The on-prem agent goes by /v1 or /v2 in the URL" in ended.err
        assert dict(stand_in.received[0].headers)["Accept"] == "application/scim+json"


def test_differences_end_with_one(perch: CommandLine, endpoint: RunningEndpoint, tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    perch("simulate", endpoint.base_url, "--token", endpoint.token, "--people", "1", "--record", str(kept))
    with serving_wrongly(Rule.CREATED_EMPTY) as server:
        ended = perch.run("simulate", server.base_url, "--token", TOKEN, "--replay", str(kept))
        assert all("m4rk" not in one["userName"] for one in server.users.values())
        assert len(server.users) == 2, "what was made without an answer was found by its name"
    assert ended.exit_code == 1
    assert ["POST /Users", "Answered with JSON then, with something else now."] in ended.lines


def test_what_is_no_recording_is_told(perch: CommandLine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("{}")
    said = perch.refused("simulate", "http://127.0.0.1:9/v2", "--token", "t", "--replay", str(other))
    assert said == f"{other} is no recording. Choose a file that --record wrote."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://127.0.0.1:9/v2"], f"There is no token. Give one by --token, --keyring or {TOKEN_VARIABLE}."),
        (["scim.example.com", "--token", "t"], "is no base URL"),
        (["http://", "--token", "t"], "is no base URL"),
        (["http://[broken", "--token", "t"], "is no base URL"),
        (["http://host:99999/v2", "--token", "t"], "is no base URL"),
        (["https://host/v2?x=1", "--token", "t"], "no question mark"),
        (["https://me:secret@host/v2", "--token", "t"], "no user name"),
        (["http://h/v2", "--token", "t\u00fc"], "This is no token"),
        (["http://h/v2", "--token", "t", "--keyring", "k"], "not both"),
        (["http://h/v2", "--token", "t", "--insecure", "--ca", __file__], "not both"),
        (["http://h/v2", "--token", "t", "--app", "all", "--record", "f"], "choose it with --app"),
        (["http://h/v2", "--token", "t", "--replay", __file__, "--html", "f"], "--html has no place there"),
        (["http://h/v2", "--token", "t", "--replay", __file__, "--scenario", "update"], "--scenario has no place"),
        (["http://h/v2", "--token", "t", "--people", "0"], "--people"),
        (["http://h/v2", "--token", "t", "--speed", "0"], "--speed"),
        (["http://h/v2", "--token", "t", "--scenario", "nonsense"], "nonsense"),
    ],
)
def test_what_is_not_understood_ends_with_two(perch: CommandLine, arguments: list[str], words: str) -> None:
    ended = perch.run("simulate", *arguments)
    assert ended.exit_code == 2
    assert words in " ".join(ended.err.replace("│", " ").split())
    assert "secret" not in ended.err


def test_okta_own_pauses_are_made_at_a_speed(
    perch: CommandLine, endpoint: RunningEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float | None] = []
    monkeypatch.setattr(threading.Event, "wait", lambda _, seconds=None: waited.append(seconds))
    arguments = ("simulate", endpoint.base_url, "--token", endpoint.token, "--people", "1", "--scenario", "update")
    perch(*arguments, "--speed", "10")
    assert 0.025 in waited
    assert 0.02 in waited
    waited.clear()
    perch(*arguments)
    assert waited == []


@contextmanager
def over_tls(context: ssl.SSLContext) -> Iterator[str]:
    """Serve an empty list to whoever asks, over TLS."""
    empty = json.dumps(listing().body).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(empty)))
            self.end_headers()
            self.wfile.write(empty)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name of the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/scim/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_certificate_of_ones_own_is_trusted_on_demand_only(perch: CommandLine, tmp_path: Path) -> None:
    context = certificate(tmp_path)
    with over_tls(context) as base_url:
        arguments = ("simulate", base_url, "--token", "t", *CONNECTION)
        assert "no-connection" in perch.run(*arguments).out
        assert perch(*arguments, "--ca", str(tmp_path / "both.pem")).exit_code == 0
        assert "Okta will check them" in perch(*arguments, "--insecure").err
    (tmp_path / "none.pem").write_text("nothing")
    said = perch.refused("simulate", base_url, "--token", "t", "--ca", str(tmp_path / "none.pem"))
    assert said == f"{tmp_path / 'none.pem'} holds no certificates in PEM form."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
def test_ended_twice_it_does_not_wait_for_a_server_that_does_not_answer(perch: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        silent.settimeout(PATIENCE)
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}/scim/v2"
        process = subprocess.Popen(
            command("simulate", base_url, "--token", "t", data_dir=perch.folder),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            connection, _ = silent.accept()
            with closing(connection):
                process.send_signal(signal.SIGINT)
                assert process.stderr is not None
                assert process.stderr.readline().startswith("Stopping: ")
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE) == 130
        finally:
            clean_up(process)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_ended_early_it_deletes_what_it_made(perch: CommandLine, serve: Serve, number: signal.Signals) -> None:
    running = serve()
    process = subprocess.Popen(
        command(
            *("simulate", running.base_url, "--token", running.token, "--people", "300", "--json"),
            data_dir=perch.folder,
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stderr is not None
        while "Push new users" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        out, said = process.communicate(timeout=PATIENCE)
    finally:
        clean_up(process)
    assert process.returncode == 1
    assert '"interrupted": true' in out
    assert "Stopping: what was made is being deleted." in said
    assert "Traceback" not in said
    assert totals(running.base_url, running.token) == (0, 0)
