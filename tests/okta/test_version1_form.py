"""What is said of an answer's form in SCIM 1.1, and what is not."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from server.okta.rules import Rule
from server.okta.speech import Version
from server.okta.verdicts import Asked, verdict
from server.okta.version1_form import notes_of_1_1
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN
from server.scim.version1 import CORE_URN, ENTERPRISE_URN

ADA = {"schemas": [CORE_URN], "id": "1", "userName": "ada"}
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def listed(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"schemas": [CORE_URN], "totalResults": len(entries), "Resources": list(entries), **more}


def notes(status: int, document: Any) -> tuple[Rule, ...]:
    return notes_of_1_1(status, document if isinstance(document, bytes) else orjson.dumps(document))


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (200, ADA),
        (200, {**ADA, "schemas": [CORE_URN.upper(), ENTERPRISE_URN], ENTERPRISE_URN: {"department": "Engines"}}),
        (200, listed(ADA, {"id": "2", "userName": "a list has said it already"})),
        (200, listed(startIndex=1, itemsPerPage=0)),
        (200, {"schemas": [CORE_URN], "totalResults": 0}),
        (200, {"Schemas": [CORE_URN], "totalresults": 1, "resources": [ADA]}),
        (204, b""),
        (200, b"<html>"),
        (200, [1]),
        (404, {"Errors": [{"description": "nobody", "code": 404}]}),
        (404, {"errors": [{"description": "nobody", "code": 404}], "detail": "nobody", "status": 404}),
        (502, b"error code: 502"),
    ],
)
def test_nothing_is_said_of_what_1_1_allows(status: int, document: Any) -> None:
    assert notes(status, document) == ()


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({"id": "1"}, Rule.RESOURCE_NOT_1_1),
        ({**ADA, "schemas": [USER_URN]}, Rule.RESOURCE_NOT_1_1),
        ({**ADA, "schemas": CORE_URN}, Rule.RESOURCE_NOT_1_1),
        ({**ADA, ENTERPRISE_USER_URN: {"department": "lost"}}, Rule.RESOURCE_NOT_1_1),
        (listed(ADA, {**ADA, "schemas": [USER_URN]}), Rule.RESOURCE_NOT_1_1),
        (listed(ADA, schemas=[LIST_URN]), Rule.LIST_NOT_1_1),
        ({"totalResults": 0}, Rule.LIST_NOT_1_1),
    ],
)
def test_an_answer_in_another_form_is_noted_once(document: Any, rule: Rule) -> None:
    assert notes(200, document) == (rule,)


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "x", "status": "404"},
            Rule.ERROR_NOT_1_1,
        ),
        ({"Errors": []}, Rule.ERROR_NOT_1_1),
        ({"Errors": {"description": "no list"}}, Rule.ERROR_NOT_1_1),
        ({"Errors": [{"code": 404}]}, Rule.ERROR_NOT_1_1),
        ([], Rule.ERROR_NOT_1_1),
        (b"", Rule.ERROR_NOT_1_1),
        ({"Errors": [{"description": "nobody", "code": "404"}]}, Rule.ERROR_CODE_NO_NUMBER),
        ({"Errors": [{"description": "nobody"}]}, Rule.ERROR_CODE_NO_NUMBER),
        ({"Errors": [{"description": "nobody", "code": True}]}, Rule.ERROR_CODE_NO_NUMBER),
    ],
)
def test_an_error_in_another_form_is_noted_once(document: Any, rule: Rule) -> None:
    assert notes(404, document) == (rule,)


def test_a_verdict_holds_the_notes_of_the_version_that_was_spoken() -> None:
    error = orjson.dumps({"detail": "gone", "status": 404})
    assert verdict(404, error, Asked.READ).notes == (Rule.ERROR_NOT_SCIM, Rule.ERROR_STATUS_NUMBER)
    assert verdict(404, error, Asked.READ, version=Version.ONE).notes == (Rule.ERROR_NOT_1_1,)
    groups = orjson.dumps(listed())
    assert verdict(200, groups, Asked.LIST).notes == (Rule.LIST_NUMBER_MISSING,)
    assert verdict(200, groups, Asked.LIST, version=Version.ONE).notes == ()


def test_no_answer_has_no_form() -> None:
    assert verdict(0, b"", Asked.READ, reason="refused", version=Version.ONE).notes == ()
    assert verdict(302, b"", Asked.READ, version=Version.ONE).notes == ()
