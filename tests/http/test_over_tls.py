"""An endpoint that speaks TLS, as clients meet it: real handshakes on a real port, and a certificate that changes."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from contextlib import ExitStack, closing
from itertools import count
from typing import TYPE_CHECKING

import pytest

from server.store.serving import serving
from tests.certificates import NAME, PATIENCE, Files, files, shown, trusting
from tests.http.client import person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

SWAPS = 3
KEPT, FRESH = 3, 2
"""Connections that are kept all the time, and threads that open one for each request."""


@pytest.fixture
def made(tmp_path: Path) -> Files:
    return files(tmp_path / "tls")


@pytest.fixture
def secured(serve: Serve, made: Files) -> RunningEndpoint:
    return serve(*made.flags, "--public-url", f"https://{NAME}")


class Sender:
    """Requests over one connection, opened under the public name and kept."""

    def __init__(self, endpoint: RunningEndpoint, context: ssl.SSLContext) -> None:
        self.connection = http.client.HTTPSConnection(NAME, endpoint.port, timeout=PATIENCE, context=context)
        # The name leads nowhere here: only the socket goes to this machine, all else goes by the name.
        self.connection._create_connection = lambda _, *more: socket.create_connection(  # type: ignore[attr-defined] # http.client's own seam
            ("127.0.0.1", endpoint.port), *more
        )
        self._headers = {"Authorization": f"Bearer {endpoint.token}"}

    def send(self, method: str, path: str, body: object = None) -> int:
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, self._headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, by looking."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"


def test_it_says_https_to_people_and_programs(serve: Serve, made: Files) -> None:
    running = serve(*made.flags)
    assert running.base_url == f"https://127.0.0.1:{running.port}/scim/v2"
    found = serving(running.data_dir)
    assert found is not None
    assert found.local_url == found.base_url == running.base_url


def test_a_request_under_the_public_name_is_answered_with_its_locations(secured: RunningEndpoint, made: Files) -> None:
    sender = Sender(secured, trusting(made))
    with closing(sender.connection):
        assert sender.send("POST", "/scim/v2/Users", person("ada")) == 201
        sender.connection.request("GET", "/scim/v2/Users", headers=sender._headers)
        (user,) = json.loads(sender.connection.getresponse().read())["Resources"]
    assert user["meta"]["location"].startswith(f"https://{NAME}/scim/v2/Users/")


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_is_content_with_the_authority_s_file(secured: RunningEndpoint, made: Files) -> None:
    command = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(made.authority), "--noproxy", "*"]
    for place in (f"https://{NAME}:{secured.port}", f"https://127.0.0.1:{secured.port}"):
        resolve = ["--resolve", f"{NAME}:{secured.port}:127.0.0.1"]
        ended = subprocess.run(
            [*command, *resolve, f"{place}/healthz"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert (ended.returncode, ended.stdout) == (0, '{"status":"ok"}'), ended.stderr


def test_a_client_refuses_it_under_another_name_and_without_the_authority(
    secured: RunningEndpoint, made: Files, tmp_path: Path
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"doesn't match|not valid for|mismatch"):
        shown(secured.port, trusting(made), "other.example.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(secured.port, trusting(files(tmp_path / "other")))


def test_every_name_of_the_certificate_is_answered_and_no_other(serve: Serve, tmp_path: Path) -> None:
    running = serve(*files(tmp_path / "tls", NAME, "second.example.com", "10.0.0.5").flags)
    context = trusting(Files(tmp_path / "tls"))
    with closing(
        http.client.HTTPSConnection("127.0.0.1", running.port, timeout=PATIENCE, context=context)
    ) as connection:

        def asked(host: str) -> int:
            connection.request(
                "GET", "/scim/v2/Users", headers={"Host": host, "Authorization": f"Bearer {running.token}"}
            )
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert [asked(host) for host in (NAME, f"second.example.com:{running.port}", "10.0.0.5")] == [200] * 3
        assert asked("evil.example.com") == 421


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_newer_is_spoken(secured: RunningEndpoint, made: Files, version: ssl.TLSVersion) -> None:
    context = trusting(made)
    context.minimum_version = context.maximum_version = version
    assert shown(secured.port, context)[1] == version.name.replace("_", ".")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_tls_is_refused_by_the_endpoint(secured: RunningEndpoint, made: Files, version: ssl.TLSVersion) -> None:
    context = trusting(made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    # Or this side would not even ask. uvloop ends the connection before its alert has left.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"EOF occurred|ALERT_PROTOCOL_VERSION"):
        shown(secured.port, context)


def test_plain_http_gets_no_answer_and_harms_nobody(secured: RunningEndpoint, made: Files) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", secured.port, timeout=PATIENCE)) as plain:
        plain.request("GET", "/healthz")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            plain.getresponse()
    assert shown(secured.port, trusting(made))[0] == made.fingerprint
    assert "Traceback" not in secured.said()


def test_who_does_not_finish_the_handshake_is_cut_off(serve: Serve, made: Files) -> None:
    running = serve(*made.flags, environ={"PERCH_HEADER_DEADLINE": "0.2"})
    with closing(socket.create_connection(("127.0.0.1", running.port), PATIENCE)) as silent:
        assert silent.recv(1) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of open files there")
def test_many_who_do_not_begin_the_handshake_lock_nobody_out(serve: Serve, made: Files) -> None:
    import resource  # noqa: PLC0415 -- Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # As a shell or a service manager would start it; the endpoint may raise it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        running = serve(*made.flags)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", running.port), PATIENCE)))
        assert shown(running.port, trusting(made))[0] == made.fingerprint


def test_a_changed_certificate_drops_no_request(serve: Serve, made: Files, tmp_path: Path) -> None:
    running = serve(*made.flags, "--public-url", f"https://{NAME}")
    others = [files(tmp_path / f"other {number}") for number in range(SWAPS)]
    everyone = trusting(made, *others)
    numbers, statuses, stop = count(), list[int](), threading.Event()
    failures: list[Exception] = []

    def work(*, keeps: bool) -> None:
        sender = Sender(running, everyone)
        first = None
        try:
            while not stop.is_set():
                statuses.append(sender.send("POST", "/scim/v2/Users", person(f"user{next(numbers)}")))
                first = first or sender.connection.sock
                if keeps:
                    assert sender.connection.sock is first, "the kept connection was closed"
                else:
                    sender.connection.close()
        except Exception as error:  # noqa: BLE001 -- whatever it is, a request was lost
            failures.append(error)
        finally:
            sender.connection.close()

    threads = [threading.Thread(target=work, kwargs={"keeps": number < KEPT}) for number in range(KEPT + FRESH)]
    for thread in threads:
        thread.start()
    try:
        for other in others:
            # First the one file and then the other, as they are copied by hand: in between nothing fits.
            made.take(other, key=False)
            until(lambda: running.said().count("is not used") > others.index(other))  # noqa: B023 -- called here only
            made.take(other, certificate=False)
            until(lambda: shown(running.port, everyone)[0] == other.fingerprint)  # noqa: B023 -- called here only
            sent = len(statuses)
            until(lambda: len(statuses) > sent + KEPT + FRESH or bool(failures))  # noqa: B023 -- called here only
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(statuses) == {201}
    assert running.said().count("The certificate was changed and is used now") == SWAPS
    assert running.said().count("The changed certificate is not used, the one before stays.") == SWAPS


def test_names_of_a_new_certificate_are_answered_as_well(serve: Serve, made: Files, tmp_path: Path) -> None:
    running = serve(*made.flags)
    other = files(tmp_path / "other", "new.example.com")
    made.take(other)
    until(lambda: shown(running.port, trusting(made, other), "127.0.0.1")[0] == other.fingerprint)
    with closing(
        http.client.HTTPSConnection("127.0.0.1", running.port, timeout=PATIENCE, context=trusting(other))
    ) as connection:

        def asked(host: str) -> int:
            headers = {"Host": host, "Authorization": f"Bearer {running.token}"}
            connection.request("GET", "/scim/v2/Users", headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        until(lambda: asked("new.example.com") == 200)
        assert asked(NAME) == 421


def test_a_certificate_that_ends_soon_is_said_when_it_starts(serve: Serve, tmp_path: Path) -> None:
    running = serve(*files(tmp_path, days=5).flags)
    until(lambda: "put a new one in place of" in running.said())
