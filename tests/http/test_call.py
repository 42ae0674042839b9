"""A request taken apart: its path, its query, its id."""

from __future__ import annotations

import pytest

from server.http.call import Call
from server.scim.errors import InvalidValue
from tests.http.parsed import parsed


def call(target: str, method: str = "GET") -> Call:
    return Call(parsed(method, target))


def test_a_target_is_parted_into_path_and_query_as_sent() -> None:
    found = call("/scim/v2/Users?filter=userName%20eq%20%22a?b%22", "PATCH")
    assert found.method == "PATCH"
    assert found.target == "/scim/v2/Users?filter=userName%20eq%20%22a?b%22"
    assert found.path == "/scim/v2/Users"
    assert found.parameters == {"filter": 'userName eq "a?b"'}


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("/scim/v2/Users?next=http://other.example/", "header.example"),
        ("http://target.example:80/scim/v2/Users?x=1", "target.example:80"),
        ("HTTPS://target.example?x=http://other.example/", "target.example"),
        ("http://name:word@target.example/", "name:word@target.example"),
        ("*", "header.example"),
    ],
)
def test_the_host_asked_for_is_the_targets_where_it_names_one(target: str, host: str) -> None:
    assert Call(parsed("GET", target, {"Host": "header.example"})).host == host


def test_no_query_is_no_parameters() -> None:
    assert call("/scim/v2/Users").parameters == {}
    assert call("/scim/v2/Users?").parameters == {}


@pytest.mark.parametrize("target", ["/scim/v2/Users", "/scim/v2/Users/", "//scim/v2//Users", "/scim//v2/Users//"])
def test_slashes_doubled_or_trailing_do_not_count(target: str) -> None:
    assert call(target).segments == ["scim", "v2", "Users"]


@pytest.mark.parametrize(
    ("target", "last"),
    [
        ("/scim/v2/Users/7", "7"),
        ("/scim/v2/Users/7/", "7"),
        ("/scim/v2/Users/7//?attributes=id", "7"),
        ("/scim/v2/Users/a%2Fb%20c", "a/b c"),
        ("/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"),
        ("/scim/v2/Users/%C3%A9", "é"),
    ],
)
def test_the_id_ends_the_path_and_is_decoded_once(target: str, last: str) -> None:
    assert call(target).last_segment == last


def test_an_id_that_is_no_text_is_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidValue, match="UTF-8"):
        _ = call("/scim/v2/Users/%ff").last_segment


def test_nothing_is_known_of_a_request_that_has_just_come() -> None:
    found = call("/scim/v2/Users")
    assert (found.token, found.token_id, found.body, found.refusal, found.resource_id) == (None,) * 5
    assert (found.meaning, found.ignored) == ("", ())
