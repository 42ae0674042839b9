from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import redaction
from server.redaction import (
    MARGIN,
    PARSE_LIMIT,
    REDACTED,
    SECRET_NAMES,
    SUSPICIOUS,
    Excerpt,
    is_plain,
    names_secret,
    redact_body,
    redact_header,
    redact_target,
    redact_text,
)

TOKEN = "perch_live_" + "4fTq9ZxB" * 5 + "8uV" + "Ab3k3Jx"
SHOWN = "perch_live_…k3Jx"
SECRET = "c4n4ry-Hunter2"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


def body(document: Any) -> bytes:
    return orjson.dumps(document)


def test_each_secret_name_is_found_by_the_cheap_look_first() -> None:
    assert [name for name in SECRET_NAMES if not any(word in name for word in SUSPICIOUS)] == []


@pytest.mark.parametrize("word", [*SUSPICIOUS, "perch_"])
@pytest.mark.parametrize("around", ["", "x", "ss", "T", "k_", "É", "\\n"])
def test_a_suspicious_word_leaves_its_trace_in_a_body_whatever_stands_around_it(word: str, around: str) -> None:
    for spelled in (word, word.upper(), word.title()):
        rest = f"{around}{spelled}{around}".encode().translate(redaction._SMALL, redaction._LEFT_OUT)
        assert [found for trace, found in redaction._TRACES if trace in rest and found == word.encode()]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("/scim/v2/Users?filter=userName%20eq%20%22ada%40example.com%22\nread user Ada", True),
        ("/Users/1\n/Users/2\ncreated user Zoë", True),
        ("/Users/1\nread user Ada\n/Users?access_token=x", False),
        ("read user Ada\nPERCH_LIVE_x", False),
        (f"read user Ada\n{JWT}", False),
        ("https://ada:x@host/", False),
        ("/Users?x=%70", False),
    ],
)
def test_many_texts_are_looked_at_at_once(text: str, plain: bool) -> None:
    assert is_plain(text) is plain
    assert not plain or (redact_text(text), redact_target(text)[0]) == (text, text.partition("?")[0])


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Authorization", f"Bearer {TOKEN}", f"Bearer {SHOWN}"),
        ("authorization", f"bearer   {TOKEN}", f"bearer {SHOWN}"),
        ("Authorization", TOKEN, SHOWN),
        ("Authorization", f"SSWS {SECRET}", f"SSWS {REDACTED}"),
        ("Authorization", "Basic b2t0YTpodW50ZXIy", f"Basic {REDACTED}"),
        ("Authorization", f"my secret is {SECRET}", REDACTED),
        ("Authorization", f"Bearer {TOKEN}, {TOKEN}", f"Bearer {REDACTED}"),
        ("Authorization", "Bearer ", "Bearer"),
        ("Proxy-Authorization", "Negotiate YIIZ", f"Negotiate {REDACTED}"),
        ("Cookie", f"sid={SECRET}", REDACTED),
        ("Set-Cookie", f"sid={SECRET}; Secure", REDACTED),
        ("X-Api-Key", SECRET, REDACTED),
        ("X-API-KEY", TOKEN, SHOWN),
        ("X-Amz-Security-Token", SECRET, REDACTED),
        ("Cf-Access-Jwt-Assertion", JWT, REDACTED),
        ("X-Forwarded-User", f"from {JWT}", f"from {REDACTED}"),
        (
            "Referer",
            f"https://x.example/?access_token={SECRET}&a=1",
            f"https://x.example/?access_token={REDACTED}&a=1",
        ),
        ("Referer", f"https://x.example/?p=perch%5Flive%5F{TOKEN[11:]}", f"https://x.example/?p={SHOWN}"),
        ("Referer", f"https://ada:{SECRET}@x.example/", f"https://{REDACTED}@x.example/"),
        ("User-Agent", "Okta SCIM Client 1.0.0", "Okta SCIM Client 1.0.0"),
        ("Content-Type", "application/scim+json; charset=utf-8", "application/scim+json; charset=utf-8"),
    ],
)
def test_a_header_keeps_its_scheme_and_the_ends_of_a_perch_token(name: str, value: str, kept: str) -> None:
    assert redact_header(name, value) == kept


def test_of_a_perch_token_that_was_cut_short_nothing_but_the_prefix_is_shown() -> None:
    assert redact_header("Authorization", "Bearer perch_test_abcdefgh") == "Bearer perch_test_…"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PassWord",
        "newPassword",
        "clientSecret",
        "client_secret",
        "access_token",
        "refreshToken",
        "api_key",
        "apiKey",
        "X-Private-Key".replace("-", "_"),
        f"{CORE}:password",
        f"{CORE}.password",
        "urn:acme:extension.pwd",
        'emails[type eq "work"].secret',
        "password.value",
        "user[password]",
    ],
)
def test_a_name_is_secret_in_any_case_dotted_or_under_a_urn(name: str) -> None:
    assert names_secret(name)
    assert redact_body(body({name: SECRET})) == body({name: REDACTED}).decode()


@pytest.mark.parametrize("name", ["userName", "passport", "tokens", "secretary", "keyboard", "password.changed"])
def test_a_name_that_only_resembles_a_secret_keeps_its_value(name: str) -> None:
    assert not names_secret(name)
    assert redact_body(body({name: SECRET})) == body({name: SECRET}).decode()


def test_okta_s_create_keeps_everything_but_the_password() -> None:
    sent = {
        "userName": "ada@example.com",
        "name": {"givenName": "Ada"},
        "password": "1mz050nq",
        "active": True,
    }
    assert json.loads(redact_body(body(sent)) or "") == {**sent, "password": REDACTED}


def test_a_body_without_secrets_is_kept_exactly_as_sent() -> None:
    sent = b'{ "userName" : "ada",\n  "active":true, "displayName":"M\xc3\xbcller \\"Mo\\"" }'
    assert redact_body(sent) == sent.decode()


@pytest.mark.parametrize("nothing", [None, b""])
def test_no_body_is_none(nothing: bytes | None) -> None:
    assert redact_body(nothing) is None


@pytest.mark.parametrize(
    "document",
    [
        {"a": {"b": [{"c": {"Password": SECRET}}]}},
        {"password": [SECRET, {"value": SECRET}]},
        {"password": {"value": SECRET, "deeper": {"still": [SECRET]}}},
        {"Operations": [{"op": "replace", "path": "password", "value": SECRET}]},
        {"Operations": [{"OP": "Add", "PATH": f"{CORE}:passWord", "Value": SECRET}]},
        {"Operations": [{"op": "replace", "path": "password", "value": {"new": [SECRET]}}]},
        {"Operations": [{"op": "replace", "value": {"password": SECRET, "active": True}}]},
        {"Operations": [{"op": "replace", "value": {f"{CORE}:password": SECRET}}]},
        {"Operations": [{"method": "POST", "path": "/Users", "data": {"password": SECRET}}]},
        {"Operations": [{"method": "GET", "path": f'/Users?filter=password eq "{SECRET}"'}]},
        {"filter": f'password eq "{SECRET}"'},
        {"filter": f'password eq "a" b and "{SECRET}"'},
        {"detail": f'the filter (password  EQ "{SECRET}") is refused'},
        {"detail": f"Authorization: Bearer x; password={SECRET}&a=b"},
        {"path": f'emails[password eq "{SECRET}"].value'},
        {"text": json.dumps({"deep": {"password": SECRET}})},
        {"text": json.dumps([json.dumps({"client_secret": SECRET})])},
        {"text": f'{{"password":"{SECRET}"'},
        [{"password": SECRET}, {"password": f"pass {SECRET}"}],
    ],
    ids=json.dumps,
)
def test_a_secret_is_found_wherever_json_can_hold_it(document: Any) -> None:
    kept = redact_body(body(document))
    assert kept is not None
    assert SECRET not in kept
    json.loads(kept)


@pytest.mark.parametrize(
    "sent",
    [
        f'{{"p\\u0061ssword":"{SECRET}"}}',
        f'{{"p\\u0061ssword":"{SECRET}","password":"x"}}',
        f'{{"p\\u0061ssword":"a","detail":"password eq \\"{SECRET}\\""}}',
        f'{{"text":"{{\\"p\\\\u0061ssword\\":\\"{SECRET}\\"}}"}}',
        f'{{"password":"{SECRET}","password":true}}',
        f'{{"password" : "{SECRET}" , "x":1}}',
        f'{{"password":"quote\\"{SECRET}"}}',
        f'{{"password":"{SECRET}","other":"\\\\"}}',
        f' \n {{"password":"{SECRET}"}}',
        f'\ufeff{{"password":"{SECRET}"}}',
        f'{{"password":"ab"{SECRET}"}}',
        f'{{"userName":"ada","password":"{SECRET}',
        f"password={SECRET}&grant_type=password",
        f"client%5Fsecret={SECRET}",
        f"p%61ssword={SECRET}",
        f"<user password='{SECRET}'/>",
    ],
)
def test_a_secret_is_not_kept_however_it_is_spelled(sent: str) -> None:
    kept = redact_body(sent.encode())
    assert kept is not None
    assert SECRET not in kept


def test_a_body_that_is_not_json_but_mentions_a_secret_is_withheld_with_a_sentence() -> None:
    kept = redact_body(b"password=hunter2")
    assert kept == (
        "[withheld: 16 bytes that Perch cannot read as JSON and that may hold a password, a secret or a token]"
    )


def test_a_body_that_is_not_json_and_harmless_is_kept() -> None:
    assert redact_body(b"<html>Bad gateway, 100% sorry</html>") == "<html>Bad gateway, 100% sorry</html>"


@pytest.mark.parametrize("sent", ['{"password":"x"}'.encode("utf-16"), b'{"a":"\xff\xfe"}', b"\x1f\x8b\x08\x00"])
def test_bytes_that_are_not_text_are_withheld(sent: bytes) -> None:
    assert redact_body(sent) == f"[withheld: {len(sent)} bytes that are not UTF-8 text]"


@pytest.mark.parametrize("shape", ["nested", "blanked"])
def test_nesting_without_end_is_withheld_rather_than_followed(shape: str) -> None:
    depth = 900
    inner = f'{{"password":"{SECRET}"}}' if shape == "nested" else f'"{SECRET}"'
    sent = f'{{"password":{"[" * depth}{inner}{"]" * depth}}}'
    kept = redact_body(sent.encode())
    assert kept is not None
    assert SECRET not in kept


def test_capabilities_and_schemas_stay_readable() -> None:
    document = {
        "changePassword": {"supported": False},
        "attributes": [{"name": "password", "returned": "never"}],
    }
    assert json.loads(redact_body(body(document)) or "") == document


@pytest.mark.parametrize(
    "name", ["Password Admins", "Key Account Management", "token: none of these", "100% secret, honestly"]
)
def test_people_s_data_is_kept(name: str) -> None:
    kept = json.loads(redact_body(body({"displayName": name})) or "")
    assert kept["displayName"].split(":")[0] == name.split(":", maxsplit=1)[0]


@pytest.mark.parametrize(
    "sent",
    [
        {"displayName": f"pasted {TOKEN} here"},
        {TOKEN: 1},
        {"text": json.dumps({"x": TOKEN})},
        {"password": "x", "displayName": TOKEN},
        {"displayName": TOKEN.upper()},
    ],
    ids=["value", "key", "inner", "beside a password", "capitals"],
)
def test_a_perch_token_in_a_body_shows_only_its_ends(sent: dict[str, Any]) -> None:
    kept = redact_body(body(sent)) or ""
    assert TOKEN[11:-4].lower() not in kept.lower()
    assert "…" in kept
    json.loads(kept)


def test_a_perch_token_spelled_with_escapes_is_found_too() -> None:
    kept = redact_body(b'{"x":"p\\u0065rch_live_' + TOKEN[11:].encode() + b'"}')
    assert kept == f'{{"x":"{SHOWN}"}}'


def test_a_large_body_is_cut_between_characters_and_says_how_long_it_was() -> None:
    sent = ('{"displayName":"' + "ü" * 20_000 + '"}').encode()
    kept = redact_body(sent, 1_000) or ""
    text, note = kept.split("… ")
    assert sent.decode().startswith(text)
    assert len(text.encode()) in (999, 1_000)
    assert note == f"[cut: {len(sent)} bytes in all]"


def test_a_body_of_exactly_the_cap_is_whole() -> None:
    assert redact_body(b'"' + b"a" * 98 + b'"', 100) == '"' + "a" * 98 + '"'


def test_secrets_beyond_the_cap_do_not_come_in_through_the_cut() -> None:
    sent = body({"a": "x" * 90, "password": SECRET, "b": "y" * 500})
    kept = redact_body(sent, 120) or ""
    assert SECRET not in kept
    assert kept.endswith(f"[cut: {len(sent)} bytes in all]")


def test_an_excerpt_that_mentions_a_secret_is_withheld_since_it_cannot_be_parsed() -> None:
    sent = body({"Operations": [{"value": SECRET, "path": "password"}], "pad": "x" * PARSE_LIMIT})
    for large in (sent, Excerpt(sent)):
        kept = redact_body(large) or ""
        assert kept.startswith(f"[withheld: {len(sent)} bytes of which only the beginning was held")


def test_an_operation_that_names_its_path_beyond_the_cap_is_withheld() -> None:
    value = "x" * 50
    sent = body({"Operations": [{"value": value, "path": "password"}], "pad": "x" * PARSE_LIMIT})
    assert value not in (redact_body(sent, 60) or "")


def test_an_excerpt_ends_in_the_middle_of_a_character_without_harm() -> None:
    sent = ('{"a":"' + "€" * PARSE_LIMIT).encode()
    for shift in range(3):
        excerpt = Excerpt(b" " * shift + sent, 100)
        assert len(excerpt) == 100 + MARGIN
        kept = redact_body(excerpt, 100) or ""
        assert kept.endswith(f"… [cut: {len(sent) + shift} bytes in all]")


def test_an_excerpt_of_nothing_still_tells_that_there_was_a_body() -> None:
    assert redact_body(Excerpt(b"x" * 70_000, 0)) == "… [cut: 70000 bytes in all]"


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/scim/v2/Users/2819c223", ("/scim/v2/Users/2819c223", "")),
        (
            "/scim/v2/Users?filter=userName+eq+%22ada%40example.com%22&count=1",
            ("/scim/v2/Users", "filter=userName+eq+%22ada%40example.com%22&count=1"),
        ),
        (f"/Users?filter=password+eq+%22{SECRET}%22", ("/Users", f"filter={REDACTED}")),
        (f"/Users?FILTER=p%61ssword%20eq%20%22{SECRET}%22&count=1", ("/Users", f"FILTER={REDACTED}&count=1")),
        (f"/Users?filter={CORE}:password+sw+{SECRET}", ("/Users", f"filter={REDACTED}")),
        (f"/Users?filter=not(password+eq+%22{SECRET}%22)", ("/Users", f"filter={REDACTED}")),
        (f"/Users?filter=x+eq+%22a%22+b%22+and+password+eq+%22{SECRET}%22", ("/Users", f"filter={REDACTED}")),
        (
            "/Groups?filter=displayName+eq+%22Password+Admins%22",
            ("/Groups", "filter=displayName+eq+%22Password+Admins%22"),
        ),
        ("/Users?attributes=password", ("/Users", "attributes=password")),
        (f"/Users?access_token={SECRET}&count=1", ("/Users", f"access_token={REDACTED}&count=1")),
        (f"/Users?access%5Ftoken={SECRET}", ("/Users", f"access%5Ftoken={REDACTED}")),
        (f"/Users?a=1;password={SECRET}", ("/Users", f"a=1;password={REDACTED}")),
        (f"/Users?x={TOKEN}", ("/Users", f"x={SHOWN}")),
        (f"/Users?{TOKEN}", ("/Users", SHOWN)),
        (f"/Users/{TOKEN}", (f"/Users/{SHOWN}", "")),
        (f"/Users/perch%5Flive%5F{TOKEN[11:]}", (f"/Users/{SHOWN}", "")),
        (f"/Users/perch%255Flive%255F{TOKEN[11:]}", (f"/Users/{SHOWN}", "")),
        (f"/Users?x=perch%255Flive_{TOKEN[11:]}", ("/Users", f"x={SHOWN}")),
        (f"/Users?x={JWT}", ("/Users", f"x={REDACTED}")),
        (f"http://ada:{SECRET}@host/scim/v2/Users", (f"http://{REDACTED}@host/scim/v2/Users", "")),
        ("/scim//ada%40x.example?key=", ("/scim//ada%40x.example", "key=")),
        ("/Users?x=100%25&keyword=a%26b", ("/Users", "x=100%25&keyword=a%26b")),
        ("/Users/\udcff", ("/Users/\\udcff", "")),
    ],
)
def test_a_target_is_kept_as_sent_but_for_its_secrets(target: str, kept: tuple[str, str]) -> None:
    assert redact_target(target) == kept


def test_what_is_cut_out_of_a_parameter_leaves_it_one_parameter() -> None:
    path, query = redact_target(f"/Users?note=a%26b+password%3D{SECRET}&count=1")
    assert path == "/Users"
    assert query == f"note=a%26b%20password%3D{REDACTED}&count=1".replace("%3D", "=")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("deactivated user Ada Lovelace", "deactivated user Ada Lovelace"),
        ("the password is ignored", "the password is ignored"),
        (f"looked for password eq '{SECRET}'", f"looked for password eq {REDACTED}"),
        (f"Authorization token: Bearer {SECRET}", f"Authorization token: {REDACTED}"),
        (f'client_secret = "{SECRET} with spaces', f"client_secret = {REDACTED}"),
        (f"refused {TOKEN}", f"refused {SHOWN}"),
    ],
)
def test_a_text_loses_what_is_assigned_to_a_secret_name(text: str, kept: str) -> None:
    assert redact_text(text) == kept


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "path", "value", "filter", "detail", "op", "key"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values, st.sampled_from(["password", "Client_Secret", f"{CORE}:password"]))
def test_no_document_lets_a_secret_through(document: Any, name: str) -> None:
    for sent in ({"x": document, name: SECRET}, {"x": [document, {name: [SECRET, document]}]}):
        kept = redact_body(body(sent), 10**6)
        assert kept is not None
        assert SECRET not in kept
        assert json.loads(kept).keys() == sent.keys()


@given(json_values)
def test_a_document_without_secrets_comes_back_as_it_was(document: Any) -> None:
    sent = body({"x": document})
    assert redact_body(sent, 10**6) == sent.decode()


@given(st.binary(max_size=200), st.integers(0, 100))
def test_no_bytes_make_redaction_fail(sent: bytes, cap: int) -> None:
    for variant in (sent, b'{"password":' + sent, Excerpt(sent, cap)):
        redact_body(variant, cap)


@given(st.text(max_size=60))
def test_no_target_makes_redaction_fail(target: str) -> None:
    redact_target(target)
    redact_target("/Users?password=" + target)


def test_hostile_texts_take_linear_time() -> None:
    for unit in ('password="', 'password=\\"', "eyJ", "token ", "//", '"\\"', "%25"):
        text = unit * (16_384 // len(unit)) + "\\"
        redact_text(text)
        redact_target("/Users?filter=" + text)
        redact_header("Referer", text)


def test_what_is_learned_of_keys_has_a_bound() -> None:
    for start in range(0, 10_000, 500):
        redact_body(body({"password": "x", **{f"attribute{number}": 1 for number in range(start, start + 500)}}))
    redact_body(body({"token": SECRET, "nested": {f"more{number}": 1 for number in range(5_000)}}))
    assert len(redaction._plain_keys) <= redaction._MAX_PLAIN_KEYS
