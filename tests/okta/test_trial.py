"""A connection tried from here, against the real endpoint and against what may stand in its place."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from server.okta.trial import Cause, Hindrance, Trial, is_reachable_from_cloud, try_connection
from server.tokens import generate
from tests.certificates import files, trusting
from tests.okta.stand_in import Reply, listing, standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

PATIENCE = 20.0


def failed(trial: Trial, cause: Cause) -> str:
    """Return both sentences of a trial that failed, which name the cause and what to do."""
    assert (trial.ok, trial.cause) == (False, cause), trial
    assert trial.sentence.endswith((".", ")."))
    assert trial.remedy.endswith(".")
    return f"{trial.sentence} {trial.remedy}"


# The real endpoint


def test_an_endpoint_that_answers_is_said_to_work(endpoint: RunningEndpoint) -> None:
    trial = try_connection(endpoint.base_url, endpoint.token)
    assert (trial.ok, trial.cause, trial.remedy) == (True, Cause.NONE, "")
    assert [step.request_line for step in trial.steps] == ["GET /Users?startIndex=1&count=2"]
    assert endpoint.token not in repr(trial)


def test_it_may_be_called_from_another_thread(endpoint: RunningEndpoint) -> None:
    trials: list[Trial] = []
    thread = threading.Thread(target=lambda: trials.append(try_connection(endpoint.base_url, endpoint.token)))
    thread.start()
    thread.join(PATIENCE)
    assert [trial.ok for trial in trials] == [True]


def test_a_token_that_is_not_known(endpoint: RunningEndpoint) -> None:
    secret = generate(test=False)
    trial = try_connection(endpoint.base_url, secret)
    assert "does not accept this token" in failed(trial, Cause.TOKEN)
    assert secret not in repr(trial)


@pytest.mark.parametrize("secret", ["perch_live_ä", "two\nlines", "tab\there"])
def test_what_no_header_can_carry_is_no_token_and_is_not_repeated(endpoint: RunningEndpoint, secret: str) -> None:
    trial = try_connection(endpoint.base_url, secret)
    failed(trial, Cause.TOKEN)
    assert secret not in repr(trial)
    assert trial.steps == ()


def test_a_path_that_is_not_the_base_url(endpoint: RunningEndpoint) -> None:
    wrong = endpoint.base_url.replace("/scim/v2", "/scim/v3")
    assert "/scim/v2" in failed(try_connection(wrong, endpoint.token), Cause.PATH)


def test_a_host_that_perch_does_not_answer_for(endpoint: RunningEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        return resolve("127.0.0.1" if host == "scim.example.com" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    trial = try_connection(f"http://scim.example.com:{endpoint.port}/scim/v2", endpoint.token)
    assert "public URL" in failed(trial, Cause.HOST)


def test_tls_where_there_is_none(endpoint: RunningEndpoint) -> None:
    assert "plain HTTP" in failed(
        try_connection(endpoint.base_url.replace("http://", "https://"), endpoint.token), Cause.TLS
    )


# What may stand in its place


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server, f"127.0.0.1:{server.getsockname()[1]}"


def test_nobody_listens() -> None:
    with listening() as (_, place):
        pass
    assert place in failed(try_connection(f"http://{place}/scim/v2", "token"), Cause.REFUSED)


def test_nobody_answers() -> None:
    with listening() as (_, place):
        trial = try_connection(f"http://{place}/scim/v2", "token", timeout=0.1)
    assert "within 0.1 seconds" in failed(trial, Cause.TIMEOUT)


def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    trial = try_connection("https://gone.trycloudflare.com/scim/v2", "token")
    assert "gone.trycloudflare.com is not known" in failed(trial, Cause.NAME)


def test_a_host_without_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any, **__: Any) -> Any:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    failed(try_connection("http://192.0.2.1/scim/v2", "token"), Cause.UNREACHABLE)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "scim.example.com",
        "ftp://x/scim/v2",
        "http://[::1",
        "http://x:99999/",
        "http://" + "a" * 70 + ".com/",
        "http://x/a b",
    ],
)
def test_what_is_no_address(base_url: str) -> None:
    failed(try_connection(base_url, "token"), Cause.ADDRESS)


@pytest.mark.parametrize(
    ("reply", "cause", "words"),
    [
        (Reply(301, b"", {"Location": "https://x/"}), Cause.REDIRECT, "301"),
        (Reply(403, b"<html>log in</html>"), Cause.FORBIDDEN, "let it pass"),
        (Reply(404, b"not here"), Cause.PATH, "ends in /scim/v2"),
        (Reply(429), Cause.BUSY, "Wait a minute"),
        (Reply(502, b"error code: 502"), Cause.GATEWAY, "502"),
        (Reply(504), Cause.GATEWAY, "Start the endpoint"),
        (Reply(200, b"<html>Welcome</html>"), Cause.NOT_SCIM, "warning page"),
        (Reply(200, {"hello": "world"}), Cause.NOT_SCIM, "not a SCIM server"),
        (Reply(200, None), Cause.NOT_HTTP, "Check the port"),
        (Reply(500, {"detail": "It broke."}), Cause.OTHER, "It broke."),
    ],
    ids=lambda value: str(value) if isinstance(value, Cause) else None,
)
def test_an_answer_that_is_not_perchs(reply: Reply, cause: Cause, words: str) -> None:
    with standing_in(reply) as stand_in:
        assert words in failed(try_connection(stand_in.base_url, "token"), cause)


def test_any_scim_server_will_do() -> None:
    with standing_in(listing()) as stand_in:
        assert try_connection(f" {stand_in.base_url}/ ", "token").ok


def certificate(folder: Path) -> ssl.SSLContext:
    """Return what serves TLS with a certificate that its owner made, as a home-made proxy does."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 -- not on every system
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 -- as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_certificate_that_is_not_of_a_public_authority(tmp_path: Path) -> None:
    context = certificate(tmp_path)

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with closing(connection), pytest.raises(OSError):  # noqa: PT012 -- the client hangs up, as it should
            context.wrap_socket(connection, server_side=True).close()
            raise OSError("it was trusted")

    with listening() as (server, place):
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        trial = try_connection(f"https://{place}/scim/v2", "token", timeout=PATIENCE)
        thread.join(PATIENCE)
    words = failed(trial, Cause.CERTIFICATE)
    assert "self-signed certificate" in words.replace("self signed", "self-signed")
    assert "public authorities" in words


def test_an_agent_may_have_been_told_whom_to_trust(serve: Serve, tmp_path: Path) -> None:
    made = files(tmp_path / "tls")
    running = serve(*made.flags)
    assert try_connection(running.base_url, running.token, context=trusting(made)).ok
    assert "Java trust store" in failed(try_connection(running.base_url, running.token), Cause.CERTIFICATE)


# From Okta's cloud


@pytest.mark.parametrize(
    ("base_url", "hindrance"),
    [
        ("http://127.0.0.1:7643/scim/v2", Hindrance.LOOPBACK),
        ("https://localhost/scim/v2", Hindrance.LOOPBACK),
        ("http://[::1]:7643/scim/v2", Hindrance.LOOPBACK),
        ("https://[::ffff:127.0.0.1]/scim/v2", Hindrance.LOOPBACK),
        ("https://10.1.2.3/scim/v2", Hindrance.PRIVATE),
        ("https://192.168.1.20/scim/v2", Hindrance.PRIVATE),
        ("https://169.254.1.1/scim/v2", Hindrance.PRIVATE),
        ("https://[fe80::1]/scim/v2", Hindrance.PRIVATE),
        ("https://[fd00::1]/scim/v2", Hindrance.PRIVATE),
        ("https://100.64.0.1/scim/v2", Hindrance.PRIVATE),
        ("https://perch.local/scim/v2", Hindrance.NOT_PUBLIC_NAME),
        ("https://PERCH.LOCAL./scim/v2", Hindrance.NOT_PUBLIC_NAME),
        ("https://nas.home.arpa/scim/v2", Hindrance.NOT_PUBLIC_NAME),
        ("https://server01/scim/v2", Hindrance.NOT_PUBLIC_NAME),
        ("http://scim.example.com/scim/v2", Hindrance.NO_TLS),
        ("https://my_tunnel.example.com/scim/v2", Hindrance.UNDERSCORE),
        ("https://8.8.8.8/scim/v2", Hindrance.NO_NAME),
    ],
)
def test_what_oktas_cloud_cannot_reach_is_said_with_three_ways_out(base_url: str, hindrance: Hindrance) -> None:
    reach = is_reachable_from_cloud(base_url)
    assert (reach.ok, reach.hindrance) == (False, hindrance)
    assert reach.reason.endswith(".")
    assert [way.title for way in reach.ways_out] == ["A tunnel", "A reverse proxy", "Okta's on-prem agent"]
    assert all(way.sentence.endswith(".") for way in reach.ways_out)


@pytest.mark.parametrize(
    "base_url",
    ["https://scim.example.com/scim/v2", "https://a.trycloudflare.com/scim/v2", "https://x.example.com:8443/"],
)
def test_a_public_name_with_tls_will_do(base_url: str) -> None:
    reach = is_reachable_from_cloud(base_url)
    assert (reach.ok, reach.reason, reach.ways_out) == (True, "", ())


def test_the_agent_is_given_an_address_that_ends_in_a_slash() -> None:
    agent = is_reachable_from_cloud("http://127.0.0.1:7643/scim/v2").ways_out[-1]
    assert "http://127.0.0.1:7643/scim/v2/." in agent.sentence


@pytest.mark.parametrize("base_url", ["", "scim.example.com", "http://[::1"])
def test_what_is_no_address_reaches_nothing(base_url: str) -> None:
    assert is_reachable_from_cloud(base_url).hindrance is Hindrance.ADDRESS
