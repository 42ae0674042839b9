"""A request as the activity keeps it, for tests of whoever reads, words or lists requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from server.records import ActivityRecord

_LISTING: Final = ActivityRecord(
    seq=7,
    at="2026-11-23T20:48:31.123Z",
    request_id="ab12-7",
    method="GET",
    path="/scim/v2/Users",
    query="",
    status=200,
    duration=1_234,
    token_id="t1",
    address="127.0.0.1",
    agent="Okta SCIM Client 1.0.0",
    scim_type=None,
    meaning="listed users 1 to 2 of 2",
    feature=None,
    resource_id=None,
    ignored=(),
    refusal=None,
    headers=(("Host", "localhost:8080"), ("Authorization", "Bearer perch_live_…abcd")),
    request_body=None,
    response_body='{"totalResults":0,"Resources":[]}',
)


def kept(**values: Any) -> ActivityRecord:
    """Make a record: Okta listed users, but for the ``values`` that are given by the names of `ActivityRecord`."""
    return replace(_LISTING, **values)
