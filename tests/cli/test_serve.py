"""``perch serve`` as a process: ready, found, kept alone, stopped without losing anything."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.backups import Backups
from server.store.serving import NOTE_FILE, serving
from server.workspace import ACTIVITY, DATABASE
from tests.cli.command_line import CommandLine
from tests.endpoint import PATIENCE, READY, clean_up, command, first_line
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

BODY = orjson.dumps(
    {
        "userName": "ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com"}],
    }
)


def connected(running: RunningEndpoint) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)


def get(running: RunningEndpoint, path: str = "/scim/v2/Users", **headers: str) -> tuple[int, Any]:
    with closing(connected(running)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {running.token}", **headers})
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())


def test_it_says_one_line_when_it_is_ready_and_nothing_else(serve: Serve) -> None:
    running = serve()
    assert running.ready_line == f"{READY}{running.base_url}\n"
    assert get(running)[0] == 200
    assert running.stop() == 0
    assert running.process.stdout is not None
    assert running.process.stdout.read() == ""
    assert running.said() == ""


def test_the_ready_line_and_locations_name_the_public_url(serve: Serve) -> None:
    running = serve("--public-url", "https://scim.example.com/perch/")
    assert running.ready_line.startswith(f"{READY}https://scim.example.com/perch/scim/v2 (on this machine http://127")
    status, config = get(running, "/scim/v2/ServiceProviderConfig", Host="scim.example.com")
    assert status == 200
    assert config["meta"]["location"].startswith("https://scim.example.com/perch/scim/v2/")


def test_a_public_url_that_okta_refuses_is_warned_of(serve: Serve) -> None:
    running = serve("--public-url", "https://a_b.example.com")
    assert running.ready_line.startswith(f"{READY}https://a_b.example.com/scim/v2")
    assert "Okta refuses a base URL with an underscore" in running.said()


def test_others_find_it_by_its_folder(serve: Serve) -> None:
    running = serve()
    found = serving(running.data_dir)
    assert found is not None
    assert (found.pid, found.base_url, found.local_url) == (
        running.process.pid,
        running.base_url,
        running.base_url,
    )
    assert running.base_url in CommandLine(running.data_dir)("token", "create", "another").err
    assert running.stop() == 0
    assert serving(running.data_dir) is None
    assert not (running.data_dir / NOTE_FILE).exists()


def test_a_second_endpoint_is_kept_out_of_the_folder(serve: Serve) -> None:
    running = serve()
    ended = CommandLine(running.data_dir).process("serve", "--port", "0")
    assert (ended.exit_code, ended.out) == (1, "")
    assert ended.err.startswith("Error: An endpoint serves this data folder already")
    assert running.base_url in ended.err
    assert get(running)[0] == 200


def test_a_taken_port_is_told(perch: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = perch.process("serve", "--port", str(port))
    assert (ended.exit_code, ended.out) == (1, "")
    assert ended.err.startswith(f"Error: Another program listens on 127.0.0.1:{port}.")
    assert ended.err.count("\n") == 1


def test_a_program_that_starts_it_reads_where_it_listens(perch: CommandLine) -> None:
    process = subprocess.Popen(
        command("serve", "--port", "0", "--parent-watch", "--json", data_dir=perch.folder),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        announced = orjson.loads(first_line(process.stdout, process))
        found = serving(perch.folder)
        assert found is not None
        assert announced == asdict(found)
        assert announced["pid"] == process.pid
        assert announced["local_url"].startswith("http://127.0.0.1:")
    finally:
        clean_up(process)


def test_a_program_that_starts_it_reads_what_went_wrong(perch: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = perch.process("serve", "--port", str(port), "--json")
    assert (ended.exit_code, ended.out) == (1, "")
    for_programs, for_people = ended.err.splitlines()
    assert orjson.loads(for_programs) == {"code": "port_in_use", "detail": f"127.0.0.1:{port}"}
    assert for_people.startswith("Error: Another program listens on")


def test_a_setting_that_cannot_be_is_read_by_programs_too(perch: CommandLine) -> None:
    ended = perch.process("serve", "--port", "0", "--json", environ={"PERCH_KEEP_ALIVE": "soon"})
    fault = orjson.loads(ended.err.splitlines()[0])
    assert fault["code"] == "setting_invalid"
    assert "PERCH_KEEP_ALIVE" in fault["detail"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "--insecure-bind"),
        (("--host", "192.0.2.1", "--insecure-bind"), "no address of this machine"),
        (("--host", "nowhere.invalid", "--insecure-bind"), "no address of this machine"),
        (("--public-url", "ftp://x"), "--public-url"),
        (("--port", "70000"), "--port"),
    ],
)
def test_an_address_that_cannot_be_is_told(perch: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    port = () if "--port" in arguments else ("--port", "0")
    ended = perch.process("serve", *port, *arguments)
    assert (ended.exit_code, ended.out) == (1, "")
    assert words in ended.err
    assert ended.err.count("\n") == 1


def test_other_machines_may_be_let_in_on_purpose(serve: Serve) -> None:
    running = serve("--host", "0.0.0.0", "--insecure-bind")
    running.base_url = running.base_url.replace("0.0.0.0", "127.0.0.1")
    assert get(running)[0] == 200
    assert "--public-url" in running.said()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_ends_gracefully_and_its_port_is_free_at_once(serve: Serve, number: signal.Signals) -> None:
    running = serve()
    with closing(connected(running)) as idle:
        idle.request("GET", "/scim/v2/Users", headers={"Authorization": f"Bearer {running.token}"})
        assert idle.getresponse().read()
        running.process.send_signal(number)
        assert running.wait() == 0, "an idle connection holds nothing up"
    again = serve("--port", str(running.port), data_dir=running.data_dir)
    assert again.port == running.port
    assert get(again)[0] == 200


def stopped_listening(running: RunningEndpoint) -> bool:
    try:
        socket.create_connection(("127.0.0.1", running.port), PATIENCE).close()
    except ConnectionError:
        return True
    return False


def test_a_request_in_flight_is_finished(serve: Serve) -> None:
    running = serve()
    with closing(connected(running)) as connection:
        connection.putrequest("POST", "/scim/v2/Users")
        connection.putheader("Authorization", f"Bearer {running.token}")
        connection.putheader("Content-Length", str(len(BODY)))
        connection.endheaders(BODY[:10])
        # The loop takes connections in their order: once this is answered, the request above is in flight.
        assert get(running)[0] == 200
        running.tell_to_stop()
        while not stopped_listening(running):
            pass
        assert running.process.poll() is None
        connection.send(BODY[10:])
        response = connection.getresponse()
        assert response.status == 201
        response.read()
    assert running.wait() == 0
    perch = CommandLine(running.data_dir)
    assert [line[0] for line in perch("user", "list").lines] == ["ada"]
    assert [line[1] for line in perch("activity").lines] == ["200", "201"], "the activity was flushed"
    (token,) = perch("token", "list", "--json").json
    assert token["last_used"] is not None


def test_it_does_not_wait_for_ever(serve: Serve) -> None:
    running = serve(environ={"PERCH_STOP_DEADLINE": "0.1"})
    with closing(connected(running)) as connection:
        connection.putrequest("POST", "/scim/v2/Users")
        connection.putheader("Authorization", f"Bearer {running.token}")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"{")
        assert get(running)[0] == 200
        assert running.stop() == 0


def test_what_was_answered_survives_a_kill_and_the_folder_can_be_served_again(serve: Serve) -> None:
    running = serve()
    with closing(connected(running)) as connection:
        connection.request("POST", "/scim/v2/Users", BODY, {"Authorization": f"Bearer {running.token}"})
        assert connection.getresponse().status == 201
        running.process.kill()
    running.wait()
    again = serve(data_dir=running.data_dir)
    assert get(again)[1]["totalResults"] == 1


def test_it_ends_with_its_parent_when_asked_to(perch: CommandLine) -> None:
    arguments = ("serve", "--port", "0", "--parent-watch")
    process = subprocess.Popen(
        command(*arguments, data_dir=perch.folder),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        assert first_line(process.stdout, process).startswith(READY)
        process.stdin.write("anything\n")
        process.stdin.flush()
        assert serving(perch.folder) is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        process.stdin = None
        clean_up(process)


def test_without_being_asked_to_it_does_not_look_at_its_input(serve: Serve) -> None:
    running = serve()
    assert running.process.stdin is not None
    running.process.stdin.close()
    running.process.stdin = None
    assert get(running)[0] == 200
    assert running.stop() == 0


def test_a_token_revoked_from_the_command_line_is_refused_from_the_next_request_on(serve: Serve) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    assert get(running)[0] == 200
    (token,) = perch("token", "list", "--json").json
    perch("token", "revoke", token["id"])
    assert get(running)[0] == 401
    secret = perch("token", "create", "new", "--no-keyring").out.strip()
    running.token = secret
    assert get(running)[0] == 200


def test_what_the_command_line_changes_is_served_at_once(serve: Serve) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    perch("user", "create", "ada@example.com", "--given", "Ada", "--family", "Lovelace")
    assert get(running)[1]["totalResults"] == 1
    perch("user", "delete", "ada@example.com", "--yes")
    assert get(running)[1]["totalResults"] == 0


def test_an_import_and_the_endpoint_write_side_by_side(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    lines = "".join(f"user{number},Given,Family,user{number}@example.com\n" for number in range(2000))
    (tmp_path / "people.csv").write_text(f"userName,First name,Last name,email\n{lines}")
    with closing(connected(running)) as connection:
        connection.request("POST", "/scim/v2/Users", BODY, {"Authorization": f"Bearer {running.token}"})
        assert connection.getresponse().read()
        assert "2,000 created" in CommandLine(running.data_dir)("import", str(tmp_path / "people.csv")).err
    assert get(running)[1]["totalResults"] == 2001


def test_the_daily_backup_is_made_while_it_serves(perch: CommandLine) -> None:
    perch("group", "create", "G")
    script = (
        "import functools, sys; from server.cli import main; serve = sys.modules['server.cli.serve']; "
        "serve.keep_daily = functools.partial(serve.keep_daily, first=0); main()"
    )
    arguments = command("serve", "--port", "0", "--parent-watch", data_dir=perch.folder)[3:]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert first_line(process.stdout, process).startswith("Perch is serving")
        assert "The daily backup is" in first_line(process.stderr, process)
        (made,) = Backups(perch.folder, DATABASE).listed()
        assert made.automatic
        assert Backups(perch.folder, DATABASE).contents(made.path).groups == 1
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    finally:
        clean_up(process)


def test_a_damaged_log_of_requests_stops_nobody(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / ACTIVITY).write_bytes(b"garbage" * 1000)
    running = serve(data_dir=tmp_path / "data")
    assert get(running)[0] == 200
    assert running.stop() == 0
    (aside,) = (one for one in running.data_dir.iterdir() if ".damaged-" in one.name)
    assert aside.read_bytes() == b"garbage" * 1000
    assert str(aside) in running.said()
    assert len(CommandLine(running.data_dir)("activity").lines) == 1


def test_no_token_is_written_to_the_log(serve: Serve) -> None:
    running = serve()
    with closing(socket.create_connection(("127.0.0.1", running.port), PATIENCE)) as sock:
        sock.sendall(f"GET /scim/v2/Users HTTP/9.9\r\nAuthorization: Bearer {running.token}\r\n\r\n".encode())
        sock.recv(4096)
    assert get(running, "/scim/v2/nothing")[0] == 404
    assert running.stop() == 0
    assert running.token not in running.said()
