"""What a tenant remembers survives being written to disk."""

from __future__ import annotations

import json

import orjson
import pytest

from server.okta.standing import AppUser, Provisioning, PushedGroup, TenantState
from server.okta.universal import OktaGroup, OktaPerson, Status

FULL = TenantState(
    people=(
        OktaPerson("00u1", "ada@okta.local", "Ada", "Byron", "ada@okta.local", {"title": "Gräfin", "isAdmin": True}),
        OktaPerson("00u2", "bob@okta.local", "Bob", "Stone", "bob@okta.local", status=Status.SUSPENDED),
    ),
    groups=(OktaGroup("Zürich", ("00u1", "00u2")), OktaGroup("Empty")),
    app_users=(
        AppUser("00u1", Provisioning.PROVISIONED, "u1", user_name="ada@okta.local"),
        AppUser("00u2", Provisioning.FAILED, "u2", "Conflict.", "bob@okta.local", leaving=True),
    ),
    pushed=(PushedGroup("Zürich", Provisioning.DEACTIVATED, "g1", "Not Found."),),
    people_ids={"00u1": "u1", "00u2": "u2"},
    group_ids={"Zürich": "g1"},
    shown_as={"Zürich": "Zurich"},
    imported={"u1": "fingerprint"},
    system_log=("Connector configured successfully",),
)


@pytest.mark.parametrize("state", [FULL, TenantState()], ids=["full", "empty"])
@pytest.mark.parametrize("writer", [orjson, json], ids=["orjson", "json"])
def test_what_was_written_is_read_as_it_was(state: TenantState, writer: object) -> None:
    on_disk = getattr(writer, "dumps")(state.to_json())  # noqa: B009 -- two modules that share no type
    read = TenantState.from_json(orjson.loads(on_disk))
    assert read == state
    assert {type(user.provisioning) for user in read.app_users} <= {Provisioning}
    assert {type(person.status) for person in read.people} <= {Status}


def test_a_state_of_before_a_person_could_be_leaving_is_read_too() -> None:
    document = FULL.to_json()
    for user in document["app_users"]:
        del user["leaving"]
    assert [user.leaving for user in TenantState.from_json(document).app_users] == [False, False]


@pytest.mark.parametrize("missing", sorted(TenantState().to_json()))
def test_a_document_that_is_not_whole_is_refused(missing: str) -> None:
    document = FULL.to_json()
    del document[missing]
    with pytest.raises(KeyError):
        TenantState.from_json(document)


def test_a_word_that_nobody_knows_is_refused() -> None:
    document = FULL.to_json()
    document["pushed"][0]["provisioning"] = "half"
    with pytest.raises(ValueError, match="half"):
        TenantState.from_json(document)
