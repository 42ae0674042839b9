"""Bulk jobs: the request, its limits, the order that resolves every ``bulkId`` (RFC 7644 §3.7).

Belongs here: what can be said of a job before its first operation is carried out. Must not know: how an
operation is carried out, which ids are free, HTTP. A malformed envelope is an error of the whole request;
whatever is wrong with one operation is the answer of that operation alone (RFC 7644 §3.7.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from server.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, PayloadTooLarge, ScimError
from server.scim.patch import PATCH_OP_URN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

BULK_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
REFERENCE_PREFIX = "bulkId:"
OPERAND_PREFIX = '"bulkId:'
"""How a reference stands in a PATCH path: members[value eq "bulkId:x"]."""
ENDPOINTS = ("Users", "Groups")
METHODS = ("POST", "PUT", "PATCH", "DELETE")
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation: ``endpoint`` such as ``Users``, ``id`` an id or a ``bulkId:x``, None on POST."""

    method: str
    endpoint: str
    id: str | None
    bulk_id: str | None
    data: Any
    version: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedOperation:
    """An operation that cannot be carried out, with the error that is its answer."""

    method: str
    bulk_id: str | None
    error: ScimError


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A job: its operations in the order sent, and how many errors end it (None: it runs to its end)."""

    operations: tuple[BulkOperation | RefusedOperation, ...]
    fail_on_errors: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to carry out, every ``bulkId`` in it already replaced by an id.

    ``index`` is the operation's place in the request, and so its answer's place in the response. ``new_id``
    is the id that a POST gives its resource. ``needs`` are the indexes of the POSTs referred to: when one
    of them failed, this operation fails with ``unresolved``. ``completes`` marks the second half of a POST
    in a cycle: its members are added now that they exist; it renews the answer at ``index`` and gives none
    of its own, and is skipped when the POST, or a resource it needs, was not created.
    """

    index: int
    operation: BulkOperation | RefusedOperation
    new_id: str | None = None
    needs: frozenset[int] = frozenset()
    completes: bool = False


def parse_bulk(body: Any, max_operations: int, endpoints: Collection[str] = ENDPOINTS) -> BulkRequest:
    """Read a BulkRequest message.

    Raises InvalidSyntax for a malformed envelope, PayloadTooLarge for more than ``max_operations`` (RFC
    7644 §3.7.4).
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object: a BulkRequest message with Operations.")
    members = {name.lower(): value for name, value in body.items()}
    schemas = members.get("schemas")
    if schemas is not None and not _names_bulk_request(schemas):
        raise InvalidSyntax(f"schemas must be [{BULK_REQUEST_URN!r}] for a request to /Bulk.")
    operations = members.get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of one or more operations.")
    if len(operations) > max_operations:
        raise PayloadTooLarge(
            f"The job has {len(operations)} operations; send at most {max_operations} in one request."
        )
    seen: set[str] = set()
    return BulkRequest(
        operations=tuple(_parse_operation(operation, endpoints, seen) for operation in operations),
        fail_on_errors=_parse_fail_on_errors(members.get("failonerrors")),
    )


def execution_order(
    operations: Sequence[BulkOperation | RefusedOperation], new_id: Callable[[], str]
) -> tuple[Step, ...]:
    """Order a job so that what is referred to exists before what refers to it (RFC 7644 §3.7.1, §3.7.2).

    Operations keep the order sent except that a POST moves before the first operation that needs it. Groups
    that contain each other are created first and completed at the end; in any other cycle (two users, each
    the other's manager) the ids given in advance are all it takes. ``new_id`` is called once for each POST.
    """
    posts = {
        operation.bulk_id: index
        for index, operation in enumerate(operations)
        if isinstance(operation, BulkOperation) and operation.method == "POST" and operation.bulk_id is not None
    }
    ids = {bulk_id: new_id() for bulk_id in posts}
    needs = [_needs(operation, posts) for operation in operations]
    order, deferred = _order(needs)
    steps: list[Step] = []
    completions: list[Step] = []
    for index in order:
        operation = operations[index]
        if isinstance(operation, RefusedOperation):
            steps.append(Step(index, operation))
            continue
        own_id = ids.get(operation.bulk_id or "") if operation.method == "POST" else None
        try:
            now, then = _split_members(operation, {operations[need].bulk_id for need in deferred[index]})
            met = frozenset(needs[index] - deferred[index])
            steps.append(Step(index, _resolve(now, ids), own_id, met))
            if then:
                later = _membership(operation, own_id, substitute(then, ids))
                completions.append(Step(index, later, None, frozenset({index, *deferred[index]}), completes=True))
        except ScimError as error:
            steps.append(Step(index, RefusedOperation(operation.method, operation.bulk_id, error)))
    return (*steps, *completions)


def substitute(data: Any, ids: Mapping[str, str]) -> Any:
    """Replace every ``bulkId:x`` in ``data`` by ``ids[x]``; ``data`` itself stays as it is.

    A reference is a whole string, the end of a relative reference (``../Users/bulkId:x``), or a quoted
    operand in a PATCH path. Raises InvalidValue for a bulkId that no POST of the job has.
    """
    return _substitute(data, ids, MAX_DEPTH)


def unresolved(bulk_id: str | None) -> InvalidValue:
    """Give the error of an operation that refers to a resource whose own POST failed."""
    return InvalidValue(
        f"bulkId {bulk_id!r} was not created in this job, so nothing can refer to it; correct that operation."
    )


def answer(
    operation: BulkOperation | RefusedOperation,
    status: int,
    *,
    location: str | None = None,
    version: str | None = None,
    response: Any = None,
) -> dict[str, Any]:
    """Give one entry of a BulkResponse; ``response`` is the Error of a failed one (RFC 7644 §3.7.3)."""
    entry: dict[str, Any] = {"method": operation.method}
    if operation.bulk_id is not None:
        entry["bulkId"] = operation.bulk_id
    if version is not None:
        entry["version"] = version
    if location is not None:
        entry["location"] = location
    if response is not None:
        entry["response"] = response
    entry["status"] = str(status)
    return entry


def _names_bulk_request(schemas: Any) -> bool:
    urns = schemas if isinstance(schemas, list) else [schemas]
    return any(isinstance(urn, str) and urn.lower() == BULK_REQUEST_URN.lower() for urn in urns)


def _parse_fail_on_errors(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidSyntax(
            "failOnErrors must be a whole number of errors, 1 or more; leave it out to run the whole job."
        )
    return max(value, 1)


def _parse_operation(operation: Any, endpoints: Collection[str], seen: set[str]) -> BulkOperation | RefusedOperation:
    if not isinstance(operation, dict):
        return RefusedOperation("", None, InvalidSyntax("An operation must be a JSON object with method and path."))
    members = {name.lower(): value for name, value in operation.items()}
    method, bulk_id = members.get("method"), members.get("bulkid")
    method = method.upper() if isinstance(method, str) else ""
    bulk_id = bulk_id if isinstance(bulk_id, str) and bulk_id else None
    try:
        if method not in METHODS:
            raise InvalidSyntax("method must be POST, PUT, PATCH or DELETE.")
        endpoint, resource_id = _parse_path(members.get("path"), method, endpoints)
        if method == "POST":
            if bulk_id is None:
                raise InvalidValue("A POST in a bulk job needs a bulkId: a name of your choice, used once in the job.")
            if bulk_id in seen:
                raise InvalidValue(f"bulkId {bulk_id!r} is used twice; give each POST of the job its own.")
            seen.add(bulk_id)
        data, version = members.get("data"), members.get("version")
        if method != "DELETE" and not isinstance(data, dict):
            raise InvalidSyntax(f"A {method} needs data: the body that a single {method} would have.")
        if version is not None and not isinstance(version, str):
            raise InvalidValue("version must be a string: the meta.version of the resource.")
    except ScimError as error:
        return RefusedOperation(method, bulk_id, error)
    return BulkOperation(method, endpoint, resource_id, bulk_id, None if method == "DELETE" else data, version)


def _parse_path(path: Any, method: str, endpoints: Collection[str]) -> tuple[str, str | None]:
    if not isinstance(path, str):
        raise InvalidPath("path must be a string such as /Users or /Users/{id}.")
    first, *rest = [part for part in path.split("/") if part] or [""]
    endpoint = next((known for known in endpoints if known.lower() == first.lower()), None)
    if endpoint is None or len(rest) > 1:
        known = " or ".join(f"/{name}" for name in endpoints)
        raise InvalidPath(f"{path!r} is not a path of this job; use {known}, followed by /{{id}} except on POST.")
    if method == "POST" and rest:
        raise InvalidPath(f"A POST goes to /{endpoint}; leave the id out of {path!r}.")
    if method != "POST" and not rest:
        raise InvalidPath(f"A {method} needs the resource's id: /{endpoint}/{{id}}.")
    return endpoint, rest[0] if rest else None


def _reference(text: str) -> str | None:
    """Give the bulkId that a whole string, or the end of a relative reference, names."""
    if text.startswith(REFERENCE_PREFIX):
        return text[len(REFERENCE_PREFIX) :]
    _, separator, bulk_id = text.rpartition("/" + REFERENCE_PREFIX)
    return bulk_id if separator and text.startswith(("/", "..")) else None


def _references(data: Any) -> Iterator[str]:
    pending = [data]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            bulk_id = _reference(item)
            if bulk_id is not None:
                yield bulk_id
        elif isinstance(item, dict):
            pending.extend(item.values())
            path = item.get("path")
            if isinstance(path, str):
                yield from (part.partition('"')[0] for part in path.split(OPERAND_PREFIX)[1:])
        elif isinstance(item, list):
            pending.extend(item)


def _needs(operation: BulkOperation | RefusedOperation, posts: Mapping[str, int]) -> set[int]:
    if isinstance(operation, RefusedOperation):
        return set()
    named = {posts[bulk_id] for bulk_id in _references(operation.data) if bulk_id in posts}
    bulk_id = None if operation.id is None else _reference(operation.id)
    if bulk_id is not None and bulk_id in posts:
        named.add(posts[bulk_id])
    return named


def _order(needs: Sequence[set[int]]) -> tuple[list[int], list[set[int]]]:
    """Order depth first; ``deferred[i]`` are the needs of ``i`` that a cycle keeps from coming before it."""
    order: list[int] = []
    deferred: list[set[int]] = [set() for _ in needs]
    entered: set[int] = set()
    done: set[int] = set()
    for start in range(len(needs)):
        stack = [(start, iter(sorted(needs[start])))] if start not in entered else []
        entered.add(start)
        while stack:
            index, remaining = stack[-1]
            need = next(remaining, None)
            if need is None:
                stack.pop()
                done.add(index)
                order.append(index)
            elif need not in entered:
                entered.add(need)
                stack.append((need, iter(sorted(needs[need]))))
            elif need not in done:
                deferred[index].add(need)
    return order, deferred


def _split_members(operation: BulkOperation, later: Collection[str | None]) -> tuple[BulkOperation, list[Any]]:
    """Take the members that do not exist yet out of a POST."""
    name = next((name for name in operation.data if name.lower() == "members"), None) if later else None
    members = operation.data[name] if name is not None else None
    if not isinstance(members, list):
        return operation, []
    now: list[Any] = []
    then: list[Any] = []
    for member in members:
        (then if any(bulk_id in later for bulk_id in _references(member)) else now).append(member)
    return replace(operation, data={**operation.data, name: now}), then


def _membership(operation: BulkOperation, group_id: str | None, members: Any) -> BulkOperation:
    """Give the PATCH that adds to a created group the members that had to wait."""
    message = {"schemas": [PATCH_OP_URN], "Operations": [{"op": "add", "path": "members", "value": members}]}
    return BulkOperation("PATCH", operation.endpoint, group_id, operation.bulk_id, message)


def _resolve(operation: BulkOperation, ids: Mapping[str, str]) -> BulkOperation:
    data = substitute(operation.data, ids)
    resource_id = operation.id
    if resource_id is not None and resource_id.startswith(REFERENCE_PREFIX):
        resource_id = _identify(resource_id[len(REFERENCE_PREFIX) :], ids)
    return replace(operation, data=data, id=resource_id)


def _identify(bulk_id: str, ids: Mapping[str, str]) -> str:
    resource_id = ids.get(bulk_id)
    if resource_id is None:
        raise InvalidValue(f"No POST of this job has the bulkId {bulk_id!r}; correct the reference or add the POST.")
    return resource_id


def _substitute(data: Any, ids: Mapping[str, str], depth: int) -> Any:
    if isinstance(data, str):
        bulk_id = _reference(data)
        if bulk_id is None:
            return data
        return data[: len(data) - len(bulk_id) - len(REFERENCE_PREFIX)] + _identify(bulk_id, ids)
    if depth == 0:
        raise InvalidSyntax(f"data is nested more than {MAX_DEPTH} levels deep; send it flatter.")
    if isinstance(data, dict):
        substituted = {name: _substitute(value, ids, depth - 1) for name, value in data.items()}
        path = data.get("path")
        if isinstance(path, str) and OPERAND_PREFIX in path:
            substituted["path"] = _substitute_operands(path, ids)
        return substituted
    if isinstance(data, list):
        return [_substitute(item, ids, depth - 1) for item in data]
    return data


def _substitute_operands(path: str, ids: Mapping[str, str]) -> str:
    head, *parts = path.split(OPERAND_PREFIX)
    operands = (part.partition('"') for part in parts)
    return head + "".join(f'"{_identify(bulk_id, ids)}{quote}{rest}' for bulk_id, quote, rest in operands)
