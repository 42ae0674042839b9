"""THE route table over HTTP, and the ways in which a request may go wrong without taking the endpoint along."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast

import pytest

from server.faults import FaultCode, StoreUnavailable
from server.http.application import ID, Application
from server.http.reply import Reply
from server.records import Access, Refusal, Token
from server.scim.errors import ERROR_URN, InvalidValue, TooManyRequests
from tests.http.client import Wire, ask, message
from tests.http.parsed import parsed

if TYPE_CHECKING:
    from server.http.admission import Admission
    from server.http.call import Call
    from server.records import Exchange
    from tests.endpoint import RunningEndpoint

SECRET = "what only the log may hold"


class OpenDoor:
    """Lets everybody in with one token, as `Admission` does after looking at theirs."""

    def __init__(self, access: Access = Access.READ_WRITE) -> None:
        self._token = Token(
            "t1", "tests", test=True, access=access, digest=b"", last_four="", created="", created_by=""
        )

    def admit(self, call: Call) -> None:
        call.token, call.token_id = self._token, self._token.id


class Raising:
    """A handler that goes wrong."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    async def __call__(self, call: Call) -> Reply:
        call.meaning = "tried"
        raise self._error


async def fine(call: Call) -> Reply:
    call.meaning, call.resource_id, call.ignored = "read it", "r1", ("shoeSize",)
    return Reply(200, call.last_segment.encode())


def application(
    handler: Any, record: list[Exchange], *, method: str = "GET", access: Access = Access.READ_WRITE
) -> Application:
    table: dict[tuple[str, ...], Any] = {
        ("v2", "things", ID): {method: handler},
        ("v1", "things", ID): {method: handler},
    }
    return Application(table, cast("Admission", OpenDoor(access)), record.append, "run1")


async def answered(served: Application, method: str = "GET", target: str = "/scim/v2/things/7") -> Reply:
    request = parsed(method, target, {"Host": "localhost"})
    return await served(request)


async def test_a_bug_answers_500_with_a_request_id_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    records: list[Exchange] = []
    served = application(Raising(RuntimeError(SECRET)), records)
    assert (await answered(served, target="/scim/v2/nowhere")).status == 404
    reply = await answered(served)
    assert reply.status == 500
    assert b"run1-2" in reply.body
    assert SECRET.encode() not in reply.body
    assert reply.body == (
        b'{"schemas":["%b"],"detail":"Internal error. Request id: run1-2.","status":"500"}' % ERROR_URN.encode()
    )
    (logged,) = caplog.records
    assert logged.levelno == logging.ERROR
    assert "run1-2" in logged.getMessage()
    assert "Traceback" in caplog.text
    assert SECRET in caplog.text
    assert [(exchange.number, exchange.status) for exchange in records] == [(1, 404), (2, 500)]


@pytest.mark.parametrize("code", [FaultCode.DISK_FULL, FaultCode.DATABASE_LOCKED, FaultCode.DATABASE_CORRUPT])
async def test_a_fault_of_the_disk_answers_503_and_is_logged_in_one_line(
    caplog: pytest.LogCaptureFixture, code: FaultCode
) -> None:
    records: list[Exchange] = []
    reply = await answered(application(Raising(StoreUnavailable(code, "/the/path/perch.db")), records))
    assert reply.status == 503
    assert code.encode() in reply.body
    assert b"not carried out" in reply.body
    assert b"perch.db" not in reply.body
    assert "/the/path/perch.db" in caplog.text
    assert "Traceback" not in caplog.text
    assert records[0].status == 503


async def test_what_the_client_did_wrong_is_answered_recorded_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    records: list[Exchange] = []
    reply = await answered(application(Raising(InvalidValue("The title is missing.")), records))
    assert (reply.status, reply.keep_alive) == (400, True)
    assert (records[0].scim_type, records[0].meaning) == ("invalidValue", "tried")
    assert caplog.text == ""


async def test_headers_of_an_error_come_with_it() -> None:
    reply = await answered(application(Raising(TooManyRequests("Wait.", headers={"Retry-After": "7"})), []))
    assert (reply.status, reply.headers) == (429, "Retry-After: 7\r\n")


async def test_a_request_that_is_given_up_is_not_answered() -> None:
    records: list[Exchange] = []
    with pytest.raises(asyncio.CancelledError):
        await answered(application(Raising(asyncio.CancelledError()), records))
    assert records == []


async def test_the_activity_learns_what_a_request_was_and_meant() -> None:
    records: list[Exchange] = []
    await answered(application(fine, records), target="/scim/v2/things/7?a=b")
    (exchange,) = records
    assert (exchange.method, exchange.target, exchange.status) == ("GET", "/scim/v2/things/7?a=b", 200)
    assert (exchange.token_id, exchange.meaning, exchange.resource_id) == ("t1", "read it", "r1")
    assert exchange.ignored == ("shoeSize",)
    assert exchange.response_body == b"7"
    assert exchange.headers == ((b"Host", b"localhost"),)
    assert 0 <= exchange.duration < 20_000_000


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_read_only_token_never_reaches_a_handler_that_writes(method: str) -> None:
    records: list[Exchange] = []
    served = application(fine, records, method=method, access=Access.READ_ONLY)
    assert (await answered(served, method)).status == 403
    assert records[0].refusal is Refusal.READ_ONLY
    assert records[0].meaning != "read it"


@pytest.mark.parametrize(
    "path",
    ["/Users", "/users", "/USERS", "/Users/", "//Users", "/Users//", "/uSeRs/?count=0"],
)
@pytest.mark.parametrize("prefix", ["/scim/v2", "/SCIM/v2", "/scim/V2", "//scim/v2", "/scim//v2"])
def test_a_path_is_found_however_a_base_url_and_okta_spell_it(
    endpoint: RunningEndpoint, prefix: str, path: str
) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", path).replace(b"/scim/v2", prefix.encode(), 1))
        assert wire.answer().json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]


@pytest.mark.parametrize(
    "path",
    ["/serviceproviderconfig", "/SERVICEPROVIDERCONFIG/", "/resourcetypes/user", "/RESOURCETYPES//Group/", "/schemas/"],
)
def test_discovery_is_found_in_other_case_too(endpoint: RunningEndpoint, path: str) -> None:
    assert ask(endpoint, "GET", path).status == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/Users", "GET, HEAD, POST"),
        ("PUT", "/Groups/", "GET, HEAD, POST"),
        ("POST", "/Users/7", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/Bulk", "POST"),
        ("GET", "/Users/.search", "POST"),
        ("GET", "/.search", "POST"),
        ("POST", "", "GET, HEAD"),
        ("PATCH", "/Schemas", "GET, HEAD"),
        ("OPTIONS", "/ServiceProviderConfig", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_offered_is_405_with_those_that_are(
    endpoint: RunningEndpoint, method: str, path: str, allowed: str
) -> None:
    answer = ask(endpoint, method, path, b"{}" if method in {"POST", "PUT", "PATCH"} else None)
    assert allowed in answer.refused(405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("prefix", ["/scim/v1", "/SCIM/V1", "//scim//v1", "/scim/v1/"])
def test_scim_1_1_is_found_however_its_base_url_is_spelled(endpoint: RunningEndpoint, prefix: str) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", "/uSeRs/").replace(b"/scim/v2", prefix.encode(), 1))
        assert wire.answer().json["schemas"] == ["urn:scim:schemas:core:1.0"]


async def test_an_error_is_worded_in_the_version_that_was_spoken_to() -> None:
    served = application(Raising(InvalidValue("The title is missing.")), [])
    assert (await answered(served, target="/scim/v1/things/7")).body == (
        b'{"schemas":["urn:scim:schemas:core:1.0"],"Errors":[{"description":"The title is missing.","code":400}],'
        b'"detail":"The title is missing.","status":"400"}'
    )
    assert ERROR_URN.encode() in (await answered(served)).body


def test_me_is_named_and_not_offered(endpoint: RunningEndpoint) -> None:
    for path in ("/Me", "/me/"):
        assert "/Me" in ask(endpoint, "GET", path).refused(501)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/scim/v3/Users", 400),
        ("/scim/v1.1/Users", 400),
        ("/scim/v3", 400),
        ("/scim/v2.0/Users", 400),
        ("/scim", 404),
        ("/", 404),
        ("/Users", 404),
    ],
)
def test_a_base_url_that_is_wrong_is_told_what_it_ends_in(endpoint: RunningEndpoint, target: str, status: int) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", "").replace(b"/scim/v2", target.encode(), 1))
        assert "/scim/v2" in wire.answer().refused(status, "invalidVers" if status == 400 else None)
