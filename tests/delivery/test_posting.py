"""What counts as arrived, what as refused and what as nobody there."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from server.delivery.posting import Post, Refused, Unreachable
from tests.consumer import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consumer import Consumer

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Scripted:
    """A consumer that says the given bytes to each request, one after the other, and then hangs up."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self.requests: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/hook"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while self._answers:
            connection, _ = self._socket.accept()
            self.connections += 1
            with connection:
                while data := connection.recv(65_536):
                    # The body may come in a packet of its own.
                    if data.startswith(b"POST") and not data.endswith(b"{}"):
                        data += connection.recv(65_536)
                    self.requests.append(data)
                    answer = self._answers.pop(0)
                    connection.sendall(answer)
                    if answer != FINE:
                        break

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)


@contextmanager
def scripted(*answers: bytes) -> Iterator[Scripted]:
    made = Scripted(list(answers))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def post(url: str, **settings: float) -> Iterator[Post]:
    made = Post(url, **settings)
    try:
        yield made
    finally:
        made.close()


def refused(send: Callable[[], None]) -> str:
    with pytest.raises(Refused) as caught:
        send()
    assert not isinstance(caught.value, Unreachable)
    return str(caught.value)


def test_what_is_answered_2xx_has_arrived_and_the_connection_is_kept() -> None:
    with scripted(FINE, FINE, b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") as consumer:
        with post(consumer.url) as sender:
            for _ in range(3):
                sender.send(b"{}", {"Perch-Event": "7"})
        wait_until(lambda: len(consumer.requests) == 3)
        assert consumer.connections == 1
        assert consumer.requests[0].startswith(b"POST /hook HTTP/1.1\r\n")
        assert b"Perch-Event: 7" in consumer.requests[0]


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_every_other_status_is_a_refusal(status: int) -> None:
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno" % status
    with scripted(answer) as consumer, post(consumer.url) as sender:
        assert refused(lambda: sender.send(b"{}", {})) == f"answered {status}"


def test_a_redirect_is_not_followed(consumer: Consumer) -> None:
    answer = f"HTTP/1.1 307 Elsewhere\r\nLocation: {consumer.url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with scripted(answer.encode()) as first, post(first.url) as sender:
        assert "redirects are not followed" in refused(lambda: sender.send(b"{}", {}))
    assert consumer.number() == 0


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n"])
def test_a_consumer_that_hangs_up_did_not_take_it(answer: bytes) -> None:
    with scripted(answer) as consumer, post(consumer.url) as sender:
        assert "hung up" in refused(lambda: sender.send(b"{}", {}))


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    with scripted(FINE, b"", FINE, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") as consumer:
        with post(consumer.url) as sender:
            for _ in range(3):
                sender.send(b"{}", {})
        assert consumer.connections == 2


def test_an_answer_that_does_not_come_is_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with post(url, patience=0.2) as sender:
            assert refused(lambda: sender.send(b"{}", {})) == "did not answer in time"


def test_an_answer_that_comes_byte_by_byte_is_broken_off_from_outside() -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        url = f"http://127.0.0.1:{slow.getsockname()[1]}/"
        with post(url, deadline=0.0) as sender:
            over = threading.Event()

            def expire() -> None:
                connection, _ = slow.accept()
                with connection:
                    connection.recv(65_536)
                    while not over.wait(0.01):
                        sender.expire(time.monotonic())

            thread = threading.Thread(target=expire)
            thread.start()
            try:
                assert "hung up" in refused(lambda: sender.send(b"{}", {}))
            finally:
                over.set()
                thread.join()


def test_nobody_there_is_no_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Unreachable, match="nothing listens there"), post(f"http://127.0.0.1:{port}/") as sender:
        sender.send(b"{}", {})
    with pytest.raises(Unreachable, match="name that is not known"), post("http://consumer.invalid/") as sender:
        sender.send(b"{}", {})


def test_a_consumer_without_tls_behind_https_is_told_as_such() -> None:
    with scripted(b"HTTP/1.1 400 No\r\n\r\n") as consumer:
        url = consumer.url.replace("http:", "https:")
        with pytest.raises(Unreachable, match="TLS"), post(url) as sender:
            sender.send(b"{}", {})


def test_certificates_are_verified() -> None:
    context = Post("https://consumer.example.com/")._context
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_what_was_ended_sends_nothing_any_more(consumer: Consumer) -> None:
    with post(consumer.url) as sender:
        sender.end()
        with pytest.raises(Unreachable, match="stopping"):
            sender.send(b"{}", {})
    assert consumer.number() == 0
