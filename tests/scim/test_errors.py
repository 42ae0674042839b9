"""Errors against the tables of the RFCs, and the message that a client gets."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from scim2_models import Error as ErrorMessage

from server.scim import errors
from server.scim.errors import ScimError

KINDS = sorted(ScimError.__subclasses__(), key=lambda kind: kind.__name__)

RFC_7644_TABLE_9 = {
    "invalidFilter": 400,
    "tooMany": 400,
    "uniqueness": 409,
    "mutability": 400,
    "invalidSyntax": 400,
    "invalidPath": 400,
    "noTarget": 400,
    "invalidValue": 400,
    "invalidVers": 400,
    "sensitive": 403,
}
RFC_9865_2_1 = {"invalidCursor": 400, "expiredCursor": 400, "invalidCount": 400}


def test_every_scim_type_of_the_rfcs_has_its_class_and_its_status() -> None:
    known = {kind.scim_type: kind.status for kind in KINDS if kind.scim_type is not None}
    assert known == {**RFC_7644_TABLE_9, **RFC_9865_2_1}


def test_where_there_is_no_scim_type_the_status_says_it_all() -> None:
    plain = [kind.status for kind in KINDS if kind.scim_type is None]
    assert len(plain) == len({*plain})


def test_the_tree_is_flat_so_that_one_except_catches_one_thing() -> None:
    assert not [kind for kind in KINDS if kind.__subclasses__()]
    assert all(getattr(errors, kind.__name__) is kind and kind.__doc__ for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_is_a_message_that_others_can_read(kind: type[ScimError]) -> None:
    error = kind("Say it otherwise.")
    document = error.document()
    assert document["status"] == str(HTTPStatus(kind.status).value), "OKTA.md A33: a string"
    read = ErrorMessage.model_validate(document)
    assert (read.status, read.scim_type, read.detail) == (kind.status, kind.scim_type, "Say it otherwise.")
    assert ("scimType" in document) is (kind.scim_type is not None)
    assert str(error) == error.detail == "Say it otherwise."


def test_an_error_that_quotes_bytes_of_no_text_can_be_sent_all_the_same() -> None:
    quoted = b"host \xff, \xc3\xa9".decode("utf-8", "surrogateescape")
    document = ScimError(f"This server does not answer for {quoted}.").document()
    assert document["detail"] == "This server does not answer for host ?, \u00e9."


def test_headers_are_the_errors_own() -> None:
    slow = errors.TooManyRequests("Wait.", headers={"Retry-After": "3"})
    assert slow.headers == {"Retry-After": "3"}
    assert "headers" not in slow.document()
    first, second = ScimError("a"), ScimError("b")
    first.headers["X"] = "y"
    assert second.headers == {}
