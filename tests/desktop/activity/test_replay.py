from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

from desktop.activity import replay as replay_module
from desktop.activity.curl import Outgoing
from desktop.activity.replay import AGENT, MARK, Replayed, replay
from server.okta.features import OWN_AGENT
from tests.certificates import files
from tests.desktop.activity.exchanges import issue
from tests.http.client import person

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from desktop.desk import Desk
    from tests.endpoint import Serve

GET = Outgoing("GET", "/scim/v2/Users?count=1", (("Accept", "application/scim+json"),), None)


def never() -> bool:
    return False


def test_a_request_is_sent_again_and_found_in_the_log(serving_desk: Desk) -> None:
    desk, issued = serving_desk, issue(serving_desk)
    body = '{"userName":"ada","name":{"givenName":"Ädä","familyName":"L"},"emails":[{"value":"a@b.c"}]}'
    headers = (("Content-Type", "application/scim+json"),)
    post = Outgoing("POST", "/scim/v2/Users", headers, body)
    url = desk.endpoint.status.local_url
    found = replay(desk.workspace, url, post, issued.secret, never)
    assert found.status == 201
    assert found.seq is not None
    record = desk.workspace.activity.get(found.seq)
    assert record is not None
    assert (record.method, record.path, record.token_id) == ("POST", "/scim/v2/Users", issued.token.id)
    assert record.request_body == body
    assert record.agent == AGENT
    assert desk.workspace.show("User", "ada")["name"]["givenName"] == "Ädä"
    assert replay(desk.workspace, url, post, issued.secret, never).status == 409


def test_a_replay_is_never_taken_for_okta() -> None:
    assert AGENT.startswith(OWN_AGENT)


def test_among_others_like_it_the_right_one_is_found(serving_desk: Desk) -> None:
    desk, issued = serving_desk, issue(serving_desk)
    url = desk.endpoint.status.local_url
    seqs = {replay(desk.workspace, url, GET, issued.secret, never).seq for _ in range(3)}
    assert len(seqs) == 3
    marks = {dict(record.headers)[MARK] for record in desk.workspace.activity.recent(3)}
    assert len(marks) == 3


def test_an_endpoint_that_speaks_tls_is_trusted_by_its_own_certificate(desk: Desk, serve: Serve) -> None:
    made = files(desk.workspace.folder / "tls")
    desk.workspace.save_settings({"tls_cert": "tls/certificate.pem", "tls_key": "tls/key.pem"})
    running = serve(data_dir=desk.workspace.folder)
    found = replay(desk.workspace, running.base_url, GET, running.token, never)
    assert (found.status, found.reason) == (200, "")
    made.certificate.unlink()
    assert "there is no such file" in replay(desk.workspace, running.base_url, GET, running.token, never).reason


def test_nobody_there_is_an_answer_too(desk: Desk) -> None:
    found = replay(desk.workspace, "http://127.0.0.1:1/scim/v2", GET, "perch_live_secret", never)
    assert found.status == 0
    assert found.reason
    assert "perch_live" not in found.reason


def test_a_header_that_cannot_be_sent_shows_no_secret(desk: Desk) -> None:
    found = replay(desk.workspace, "http://127.0.0.1:1/scim/v2", GET, "perch\nlive", never)
    assert found.status == 0
    assert "perch" not in found.reason


class Strange(http.server.BaseHTTPRequestHandler):
    """Answers, and logs nothing anywhere."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_what_the_log_does_not_take_is_not_waited_for_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.workspace.create("User", person("ada"))
    monkeypatch.setattr(replay_module, "PATIENCE", 0.1)
    for url in served():
        assert replay(desk.workspace, url, GET, "x", never) == Replayed(200, seq=None)


def served() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Strange) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/scim/v2"
        server.shutdown()
        thread.join()
