"""Other people's reading of the RFCs: scim2-tester's checks and scim2-client, both against the live endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    Email,
    EnterpriseUser,
    Group,
    GroupMember,
    ListResponse,
    Name,
    NotFoundException,
    PatchOp,
    ResourceType,
    ScimProvider,
    SearchRequest,
    UniquenessException,
    User,
)
from scim2_tester import Status, check_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scim2_tester import CheckResult

    from tests.endpoint import RunningEndpoint, Serve

GREEN = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


@pytest.fixture
def client(serve: Serve) -> Iterator[SyncSCIMClient]:
    running: RunningEndpoint = serve()
    headers = {"Authorization": f"Bearer {running.token}"}
    with Client(base_url=running.base_url, headers=headers, timeout=20) as http:
        yield SyncSCIMClient(http)


def worded(result: CheckResult) -> str:
    about = f" ({result.resource_type})" if result.resource_type else ""
    return f"{result.status.name} {result.title}{about}: {result.reason}\n    {result.data!r}"


def test_every_check_of_scim2_tester_is_green(client: SyncSCIMClient) -> None:
    results = check_server(client)
    bad = [worded(result) for result in results if result.status not in GREEN]
    assert not bad, "\n".join(bad)
    assert len(results) > 100
    assert {result.resource_type for result in results} == {None, "User", "Group"}


def test_scim2_client_discovers_creates_queries_modifies_and_deletes(client: SyncSCIMClient) -> None:
    client.discover()
    assert {"User", "Group"} <= {model.__name__ for model in client.provider.models}
    ada = User[EnterpriseUser](
        user_name="ada",
        name=Name(given_name="Ada", family_name="Lovelace"),
        emails=[Email(value="ada@example.com", primary=True)],
    )
    ada[EnterpriseUser] = EnterpriseUser(department="Engines")
    types = [ResourceType.from_resource(model) for model in (User[EnterpriseUser], Group)]
    client.provider = ScimProvider([User, EnterpriseUser, Group], types, client.provider.config)

    created = client.create(ada)
    assert isinstance(created, User)
    assert created.id is not None
    assert created[EnterpriseUser].department == "Engines"
    with pytest.raises(UniquenessException):
        client.create(ada)

    found = client.query(User[EnterpriseUser], SearchRequest.model_validate({"filter": 'userName eq "ADA"'}))
    assert isinstance(found, ListResponse)
    assert [one.id for one in found.resources or ()] == [created.id]

    change = PatchOp[User[EnterpriseUser]].model_validate(
        {"operations": [{"op": "replace", "path": "title", "value": "Countess"}]}
    )
    modified = client.modify(User[EnterpriseUser], created.id, change)
    assert isinstance(modified, User)
    assert modified.title == "Countess"
    modified.title = "Dr"
    replaced = client.replace(modified)
    assert isinstance(replaced, User)
    assert replaced.title == "Dr"

    group = client.create(Group(display_name="Engines", members=[GroupMember.model_validate({"value": created.id})]))
    assert isinstance(group, Group)
    reread = client.query(User[EnterpriseUser], created.id)
    assert isinstance(reread, User)
    assert [one.display for one in reread.groups or ()] == ["Engines"]

    for gone in (created, group):
        assert gone.id is not None
        client.delete(type(gone), gone.id)
        with pytest.raises(NotFoundException):
            client.query(type(gone), gone.id)
