from __future__ import annotations

import json
import shlex

import pytest

from desktop.activity.curl import Copy, curl, kept_of, outgoing
from tests.desktop.activity.exchanges import kept

BASE = "http://127.0.0.1:8080/scim/v2"


def words(text: str) -> list[str]:
    return shlex.split(text.replace("\\\n", " "))


def test_the_token_is_a_variable_and_the_client_s_own_headers_stay_away() -> None:
    text = curl(
        kept(headers=(("Accept", "a/b"), ("Authorization", "Bearer perch_live_…abcd"), ("X-Forwarded-For", "1"))), BASE
    )
    assert words(text) == [
        *("curl", "--globoff", "--path-as-is", f"{BASE}/Users"),
        *("--header", "Authorization: Bearer $PERCH_TOKEN", "--header", "Accept: a/b"),
    ]
    assert '"Authorization: Bearer $PERCH_TOKEN"' in text, "the shell fills it in only between double quotes"


def test_quotes_line_breaks_and_every_script_survive_the_shell() -> None:
    body = '{"displayName":"O\'Brien $HOME `id` \\"x\\"",\n "title":"Gräfin 伯爵夫人 🙂"}'
    record = kept(method="POST", request_body=body, headers=(("Content-Type", "application/scim+json"),))
    split = words(curl(record, BASE))
    assert split[split.index("--data-raw") + 1] == body
    assert split[split.index("--request") + 1] == "POST"


def test_a_filter_stays_as_it_was_sent() -> None:
    record = kept(query="filter=emails[type%20eq%20%22work%22]&x='")
    assert f"{BASE}/Users?{record.query}" in words(curl(record, BASE))


def test_curl_claims_no_form_where_no_type_was_sent() -> None:
    assert "Content-Type:" in words(curl(kept(method="POST", request_body="{}", headers=()), BASE))


def test_a_body_that_was_not_kept_is_asked_for() -> None:
    record = kept(method="POST", request_body="[withheld: 9 bytes that are not UTF-8 text]")
    assert kept_of(record) is Copy.INCOMPLETE
    assert outgoing(record) is None
    assert words(curl(record, BASE))[-1] == "@body.json"


def test_what_was_cut_out_is_not_sent_again() -> None:
    record = kept(method="POST", request_body='{"userName":"ada","password":"[redacted]"}')
    assert kept_of(record) is Copy.CUT_OUT
    sent = outgoing(record)
    assert sent is not None
    assert json.loads(sent.body or "") == {"userName": "ada"}


@pytest.mark.parametrize(
    "body",
    [
        '{"Operations":[{"op":"replace","path":"password","value":"[redacted]"}]}',
        '{"password":"[redacted]"}',
        '["[redacted]"]',
        '{"note":"was [redacted] here"}',
        "not JSON [redacted]",
        '{"note":"perch_live_…abcd"}',
    ],
)
def test_where_nothing_is_left_nothing_can_be_sent(body: str) -> None:
    assert outgoing(kept(method="PATCH", request_body=body)) is None


def test_the_rest_of_a_patch_is_sent() -> None:
    body = '{"Operations":[{"op":"replace","path":"password","value":"[redacted]"},{"op":"add","path":"title","value":"x"}]}'
    sent = outgoing(kept(method="PATCH", request_body=body))
    assert sent is not None
    assert json.loads(sent.body or "")["Operations"] == [{"op": "add", "path": "title", "value": "x"}]


def test_a_whole_address_of_a_proxy_becomes_a_path() -> None:
    sent = outgoing(kept(path="http://scim.example.com/scim/v2/Users", query="count=1"))
    assert sent is not None
    assert sent.target == "/scim/v2/Users?count=1"


def test_a_secret_in_the_address_is_not_made_up() -> None:
    assert outgoing(kept(query="filter=[redacted]")) is None
