"""A Bulk job carried out: its steps in the order that resolves every bulkId, each alone in a savepoint (RFC 7644 §3.7).

The whole job is one operation and so one commit; a step that fails undoes only itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from server.directory import Answer
from server.draft import new_resource_id
from server.scim.bulk import (
    BULK_RESPONSE_URN,
    BulkOperation,
    RefusedOperation,
    Step,
    answer,
    execution_order,
    parse_bulk,
    unresolved,
)
from server.scim.errors import InvalidPath, ScimError
from server.scim.messages import MAX_BULK_OPERATIONS

if TYPE_CHECKING:
    from server.directory import Operation, Transaction
    from server.provider import Caller, ServiceProvider


def bulk(provider: ServiceProvider, body: Any, caller: Caller) -> Operation[Answer]:
    """Carry out a BulkRequest; raises InvalidSyntax or PayloadTooLarge for the job as a whole."""
    request = parse_bulk(body, MAX_BULK_OPERATIONS)
    steps = execution_order(request.operations, new_resource_id)

    def operation(transaction: Transaction) -> Answer:
        entries: dict[int, dict[str, Any]] = {}
        failed: set[int] = set()
        skipped: list[str] = []
        for step in steps:
            if step.completes and (step.index in failed or step.needs & failed):
                continue
            try:
                if missing := step.needs & failed:
                    raise unresolved(request.operations[min(missing)].bulk_id)
                outcome = _perform(provider, transaction, step, caller)
            except ScimError as error:
                failed.add(step.index)
                entries[step.index] = answer(step.operation, error.status, response=error.document())
                if request.fail_on_errors is not None and len(failed) >= request.fail_on_errors:
                    break
                continue
            skipped.extend(outcome.ignored)
            entries[step.index] = _entry(provider, request.operations[step.index], outcome, caller)
        document = {
            "schemas": [BULK_RESPONSE_URN],
            "Operations": [entries[index] for index in sorted(entries)],
        }
        return Answer(
            200,
            orjson.dumps(document),
            meaning=f"carried out {len(entries) - len(failed)} of {len(request.operations)} bulk operations",
            ignored=skipped,
        )

    return operation


def _perform(provider: ServiceProvider, transaction: Transaction, step: Step, caller: Caller) -> Answer:
    operation = step.operation
    if isinstance(operation, RefusedOperation):
        raise operation.error
    resource_type = provider.registry.by_endpoint[operation.endpoint]
    if operation.method == "POST":
        work = provider.create(resource_type, operation.data, caller, step.new_id)
    elif operation.id is None:
        raise InvalidPath(f"{operation.method} needs a path such as /{operation.endpoint}/<id>.")
    elif operation.method == "PUT":
        work = provider.replace(resource_type, operation.id, operation.data, caller, operation.version)
    elif operation.method == "PATCH":
        work = provider.modify(resource_type, operation.id, operation.data, caller, operation.version)
    else:
        work = provider.delete(resource_type, operation.id, caller, operation.version)
    with transaction.attempt():
        return work(transaction)


def _entry(
    provider: ServiceProvider, operation: BulkOperation | RefusedOperation, outcome: Answer, caller: Caller
) -> dict[str, Any]:
    assert isinstance(operation, BulkOperation)
    endpoint = provider.registry.by_endpoint[operation.endpoint].endpoint
    return answer(
        operation,
        201 if operation.method == "POST" else outcome.status,
        location=f"{caller.base_url}{endpoint}/{outcome.resource_id}",
        version=outcome.etag,
    )
