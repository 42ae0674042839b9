"""What Okta makes of an answer: one wrong answer for each verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.okta.rules import Rule
from server.okta.verdicts import ERROR_URN, Asked, Verdict, verdict, wait_after_429

ERROR: dict[str, Any] = {"schemas": [ERROR_URN], "detail": "no", "status": "400"}
LIST: dict[str, Any] = {"totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [{"id": "1"}]}


def judged(status: int, body: object, asked: Asked, **more: Any) -> Verdict:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return verdict(status, content, asked, **more)


@pytest.mark.parametrize(
    ("status", "body", "asked"),
    [
        (200, LIST, Asked.LIST),
        (
            200,
            {"totalresults": 1, "startindex": 1, "itemsperpage": 1, "resources": [{"id": "1"}]},
            Asked.FIND,
        ),
        (200, {"totalResults": 0, "startIndex": 1, "itemsPerPage": 0}, Asked.FIND),
        (404, {"detail": "User not found", "status": "404"}, Asked.FIND),
        (201, {"id": "1"}, Asked.CREATE_USER),
        (200, {"id": "1"}, Asked.READ),
        (200, {"id": "1"}, Asked.REPLACE),
        (204, b"", Asked.MODIFY),
        (204, b"", Asked.DELETE),
    ],
)
def test_good_answers_pass(status: int, body: object, asked: Asked) -> None:
    assert judged(status, body, asked).ok


def test_an_error_is_told_in_the_words_of_the_server() -> None:
    result = judged(400, {"detail": "title is too long", "status": "400"}, Asked.REPLACE)

    assert result.sentence == "Bad Request. Errors reported by remote server: title is too long"
    assert not result.ok


def test_an_error_of_scim_1_1_is_read_too() -> None:
    result = judged(
        409, {"Errors": [{"description": "User already exists in the database.", "code": 409}]}, Asked.REPLACE
    )

    assert result.sentence == "Conflict. Errors reported by remote server: User already exists in the database."


def test_the_servers_own_reason_goes_first() -> None:
    assert judged(400, {"detail": "no"}, Asked.READ, reason="Nope").sentence.startswith("Nope. Errors reported")


def test_a_proxys_page_is_invalid_json_as_recorded() -> None:
    result = judged(502, b"error code: 502", Asked.FIND)

    assert result.sentence == (
        "Bad Gateway. Errors reported by remote server: Invalid JSON: Unrecognized token 'error' ... line: 1, column: 6"
    )
    assert result.source.startswith("OKTA.md A32; ")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"<html>", "Unexpected character ('<' (code 60)) ... line: 1, column: 1"),
        (b'{"id":\n oops}', "Unrecognized token 'oops' ... line: 2, column: 6"),
        (b'{"id":', "Unexpected end-of-input ... line: 1, column: 7"),
        (b'{"id":"\xff"}', "Invalid UTF-8 start byte 0xff ... line: 1, column: 8"),
        (b"[]", "an object was expected"),
    ],
)
def test_a_good_status_does_not_save_a_body_that_is_not_json(body: bytes, complaint: str) -> None:
    assert judged(200, body, Asked.READ).sentence == f"Invalid JSON: {complaint}"


def test_a_404_page_that_is_not_json_fails_even_the_look_up() -> None:
    assert not judged(404, b"Not Found", Asked.FIND).ok


def test_an_error_without_a_body_is_only_its_reason() -> None:
    assert judged(503, b"", Asked.READ).sentence == "Service Unavailable. Errors reported by remote server:"


@pytest.mark.parametrize("name", ["totalResults", "startIndex", "itemsPerPage"])
def test_a_number_sent_as_a_string_stops_okta_silently(name: str) -> None:
    result = judged(200, {**LIST, name: "1"}, Asked.FIND)

    assert not result.ok
    assert result.sentence == f'Okta stops here without a message: {name} is the string "1", not a number.'
    assert result.source.startswith("OKTA.md A26; ")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"totalResults": None}, "totalResults is missing"),
        ({"Resources": {"id": "1"}}, "Resources is not an array"),
        ({"Resources": [{"id": 1}]}, "id is not a string"),
        ({"Resources": [{}]}, "id is not a string"),
    ],
)
def test_a_list_of_the_wrong_shape_is_explained(change: dict[str, Any], part: str) -> None:
    result = judged(200, {**LIST, **change}, Asked.LIST)

    assert not result.ok
    assert part in result.sentence


def test_created_without_a_body_is_an_empty_user() -> None:
    result = judged(201, b"", Asked.CREATE_USER)

    assert (result.ok, result.sentence) == (False, "Create new user returned empty user.")


def test_created_without_an_id_cannot_be_addressed() -> None:
    assert "without an id" in judged(201, {"userName": "a"}, Asked.CREATE_USER).sentence


def test_a_conflict_on_create_stops_the_job() -> None:
    result = judged(409, {"detail": "User already exists in the database."}, Asked.CREATE_USER)

    assert result.sentence.startswith(
        "Conflict. Errors reported by remote server: User already exists in the database. Okta stops this job"
    )


def test_a_patch_that_is_not_implemented_has_no_second_chance() -> None:
    assert "does not fall back to PUT" in judged(501, {"detail": "no PATCH"}, Asked.MODIFY).sentence


def test_a_wrong_token_keeps_the_form_open() -> None:
    assert "keeps the form open" in judged(401, {"detail": "no"}, Asked.LIST).sentence


def test_a_lost_user_is_not_created_again() -> None:
    assert "does not create it again" in judged(404, {"detail": "gone"}, Asked.READ).sentence


def test_a_redirect_is_not_followed() -> None:
    assert "does not follow redirects" in judged(302, b"", Asked.LIST).sentence


@pytest.mark.parametrize(
    ("retry_after", "attempt", "wait"),
    [
        ("5", 1, 5),
        ("5", 9, 5),
        (None, 1, 300),
        (None, 2, 600),
        (None, 3, 1200),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 1, 300),
        ("5.0", 1, 300),
        ("null", 1, 300),
        ("-1", 1, 300),
        ("5", 10, None),
        (None, 10, None),
    ],
)
def test_okta_waits_whole_seconds_or_five_minutes_and_gives_up_after_ten(
    retry_after: str | None, attempt: int, wait: int | None
) -> None:
    result = judged(429, {"detail": "slow"}, Asked.LIST, retry_after=retry_after, attempt=attempt)

    assert wait_after_429(retry_after, attempt) == result.wait == wait
    assert not result.ok
    assert ("failed for good" in result.sentence) is (wait is None)


def test_no_answer_in_60_seconds_is_given_up_even_if_it_comes() -> None:
    assert judged(200, LIST, Asked.LIST, seconds=59.9).ok
    assert "60 seconds" in judged(200, LIST, Asked.LIST, seconds=60.0).sentence


def test_no_connection_is_told_with_its_reason() -> None:
    result = judged(0, b"", Asked.LIST, reason="Connect to 127.0.0.1:1 failed: Connection refused")

    assert result.sentence == "Connect to 127.0.0.1:1 failed: Connection refused"


@pytest.mark.parametrize(
    ("status", "body", "asked"),
    [
        (400, {"detail": "no"}, Asked.READ),
        (201, b"", Asked.CREATE_GROUP),
        (501, {}, Asked.MODIFY),
        (0, b"", Asked.LIST),
    ],
)
def test_every_bad_verdict_has_a_source_and_a_remedy(status: int, body: object, asked: Asked) -> None:
    result = judged(status, body, asked)

    assert result.source.startswith("OKTA.md")
    assert result.remedy.endswith(".")


@pytest.mark.parametrize(
    ("status", "body", "asked", "rule"),
    [
        (405, ERROR, Asked.REPLACE, Rule.VERB_REFUSED),
        (405, ERROR, Asked.MODIFY, Rule.VERB_REFUSED),
        (501, ERROR, Asked.REPLACE, Rule.VERB_REFUSED),
        (501, ERROR, Asked.MODIFY, Rule.PATCH_NOT_IMPLEMENTED),
        (405, ERROR, Asked.LIST, Rule.ERROR_REPORTED),
        (415, ERROR, Asked.CREATE_USER, Rule.MEDIA_TYPE_REFUSED),
        (400, {**ERROR, "scimType": "mutability"}, Asked.REPLACE, Rule.READ_ONLY_REFUSED),
        (400, {**ERROR, "scimType": "invalidValue"}, Asked.REPLACE, Rule.ERROR_REPORTED),
        (409, ERROR, Asked.CREATE_GROUP, Rule.CONFLICT_ON_CREATE),
        (409, ERROR, Asked.REPLACE, Rule.ERROR_REPORTED),
        (404, ERROR, Asked.DELETE, Rule.ERROR_REPORTED),
        (404, ERROR, Asked.REPLACE, Rule.RESOURCE_LOST),
        (401, ERROR, Asked.FIND, Rule.TOKEN_REFUSED),
        (200, LIST, Asked.LIST, None),
    ],
)
def test_a_verdict_names_its_rule(status: int, body: object, asked: Asked, rule: Rule | None) -> None:
    result = judged(status, body, asked)

    assert result.rule is rule
    assert result.ok is (rule is None)
    if rule is not None:
        assert (result.source, result.remedy) == (rule.source, rule.remedy)


@pytest.mark.parametrize(
    ("status", "body", "asked", "notes"),
    [
        (400, ERROR, Asked.REPLACE, ()),
        (400, b"", Asked.REPLACE, (Rule.ERROR_NOT_SCIM,)),
        (400, {"error": "no"}, Asked.REPLACE, (Rule.ERROR_NOT_SCIM,)),
        (400, [], Asked.REPLACE, (Rule.ERROR_NOT_SCIM,)),
        (400, {"schemas": [ERROR_URN]}, Asked.REPLACE, (Rule.ERROR_NOT_SCIM,)),
        (400, {**ERROR, "status": 400}, Asked.REPLACE, (Rule.ERROR_STATUS_NUMBER,)),
        (409, {"Errors": [{"description": "taken", "code": 409}]}, Asked.REPLACE, ()),
        (502, b"<html>", Asked.REPLACE, ()),
        (404, {**ERROR, "status": "404"}, Asked.FIND, (Rule.LOOKUP_ANSWERED_404,)),
        (404, {**ERROR, "status": 404}, Asked.FIND, (Rule.ERROR_STATUS_NUMBER, Rule.LOOKUP_ANSWERED_404)),
        (200, {"totalResults": 0, "Resources": []}, Asked.FIND, (Rule.LIST_NUMBER_MISSING,)),
        (200, LIST, Asked.LIST, ()),
        (429, {**ERROR, "status": 429}, Asked.LIST, (Rule.ERROR_STATUS_NUMBER,)),
    ],
)
def test_what_okta_gets_past_is_noted(status: int, body: object, asked: Asked, notes: tuple[Rule, ...]) -> None:
    assert judged(status, body, asked).notes == notes


def test_an_explanation_follows_what_okta_shows_after_a_stop() -> None:
    assert "remote server: gone. Okta does not" in judged(404, {"detail": "gone"}, Asked.READ).sentence
    assert "remote server: gone! Okta does not" in judged(404, {"detail": "gone!"}, Asked.READ).sentence
    assert "remote server: nothing. Okta does not" in judged(404, b"", Asked.READ).sentence


def test_no_connection_and_no_answer_in_time_are_two_rules() -> None:
    refused = judged(0, b"", Asked.LIST, reason="Connect to 127.0.0.1:1 failed: Connection refused")
    silent = judged(0, b"", Asked.LIST, reason="Connect to 127.0.0.1:1 failed: Read timed out")

    assert (refused.rule, silent.rule) == (Rule.NO_CONNECTION, Rule.TIMED_OUT)
    assert judged(200, LIST, Asked.LIST, seconds=60.0).rule is Rule.TIMED_OUT


def test_how_long_to_wait_is_told_or_not() -> None:
    told = judged(429, ERROR, Asked.LIST, retry_after="5")
    untold = judged(429, ERROR, Asked.LIST, retry_after="5.5")

    assert (told.rule, untold.rule) == (Rule.TOO_MANY_REQUESTS, Rule.RETRY_AFTER_UNREADABLE)
    assert judged(429, ERROR, Asked.LIST, retry_after="5", attempt=10).rule is Rule.STILL_TOO_MANY
