"""Which feature a request exercises."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.okta.dialogues import Kind, OktaClient
from server.okta.features import Feature, recognise
from server.okta.person import Person
from server.workspace import Workspace
from tests.okta.replay import CONVERSATIONS, Replay

if TYPE_CHECKING:
    from tests.endpoint import Serve

OKTA = "Okta SCIM Client 1.0.0"
USERS, USER = "/scim/v2/Users", "/scim/v2/Users/23a35c27-23d3-4c03-b4c5-6443c09e7173"
GROUPS, GROUP = "/scim/v2/Groups", "/scim/v2/Groups/abf4dd94-a4c0-4f67-89c9-76b03340cb9b"


@pytest.mark.parametrize(
    ("path", "query", "feature"),
    [
        (USERS, "startIndex=1&count=2", Feature.CONNECTION_TEST),
        (USERS, "count=2&startIndex=1", Feature.CONNECTION_TEST),
        (USERS, "count=1&startIndex=1", Feature.CONNECTION_TEST),
        (USERS, "startIndex=1&count=100", Feature.IMPORT_USERS),
        (USERS, "startIndex=101&count=100", Feature.IMPORT_USERS),
        (USERS, "startIndex=1&count=200", Feature.IMPORT_USERS),
        (USERS, "", Feature.IMPORT_USERS),
        ("/scim/v2//Users/", "startIndex=1&count=100", Feature.IMPORT_USERS),
        (USERS, "filter=userName%20eq%20%22a%22&startIndex=1&count=100", Feature.FIND_USER),
        (USERS, "startIndex=1&count=2&Filter=userName+eq+%22a%22", Feature.FIND_USER),
        (USERS, "filter=meta.lastModified%20gt%20%222020-04-07T14:19:34Z%22", Feature.INCREMENTAL_IMPORT),
        (GROUPS, "startIndex=1&count=100", Feature.IMPORT_GROUPS),
        (GROUPS, "", Feature.IMPORT_GROUPS),
        (GROUPS, "filter=displayName%20eq%20%22a%22&startIndex=1&count=100", Feature.FIND_GROUP),
        ("/scim/v2/ServiceProviderConfig", "", Feature.DISCOVERY),
        ("/scim/v2/ServiceProviderConfigs", "", Feature.DISCOVERY),
        ("/scim/v1//ServiceProviderConfigs", "", Feature.DISCOVERY),
        ("/scim/v1//Users", "startIndex=1&count=2", Feature.CONNECTION_TEST),
        ("/scim/v1/Groups", "startIndex=1&count=100", Feature.IMPORT_GROUPS),
        ("/scim/v2/Schemas/", "", Feature.DISCOVERY),
        ("/scim/v2/users", "startIndex=1&count=2", Feature.CONNECTION_TEST),
        (USER, "", None),
        (GROUP, "", None),
    ],
)
def test_a_read_is_told_by_its_path_and_query(path: str, query: str, feature: Feature | None) -> None:
    assert recognise("GET", path, query, 200, None, "", OKTA) is feature


@pytest.mark.parametrize(
    ("method", "path", "body", "meaning", "feature"),
    [
        (
            "POST",
            USERS,
            b'{"userName":"a","password":"1mz050nq","active":true}',
            "created user a",
            Feature.PUSH_NEW_USER,
        ),
        ("POST", USERS + "/.search", b"{}", "listed 3 users", None),
        ("PUT", USER, b'{"active":true}', "updated user a", Feature.PUSH_PROFILE_UPDATE),
        ("PUT", USER, b'{"active":true}', "left user a unchanged", Feature.PUSH_PROFILE_UPDATE),
        ("PUT", USER, b'{"active":false}', "deactivated user a", Feature.DEACTIVATE),
        ("PUT", USER, b'{"active":false}', "updated user a", Feature.PUSH_PROFILE_UPDATE),
        ("PUT", USER, b'{"active":true}', "reactivated user a", Feature.REACTIVATE),
        ("PUT", USER, b'{"active":true,"password":"x"}', "left user a unchanged", Feature.PASSWORD_SYNC),
        ("PUT", USER, b'{"active":true,"password":"x"}', "updated user a", Feature.PUSH_PROFILE_UPDATE),
        ("PUT", USER, b'{"active":true,"password":"x"}', "reactivated user a", Feature.REACTIVATE),
        (
            "PATCH",
            USER,
            b'{"op":"replace","value":{"active":false}}',
            "deactivated user a",
            Feature.DEACTIVATE,
        ),
        (
            "PATCH",
            USER,
            b'{"op":"replace","value":{"active":true}}',
            "reactivated user a",
            Feature.REACTIVATE,
        ),
        (
            "PATCH",
            USER,
            b'{"op":"replace","value":{"active":false}}',
            "left user a unchanged",
            Feature.DEACTIVATE,
        ),
        (
            "PATCH",
            USER,
            b'{"op":"Replace","path":"active","value":"True"}',
            "left user a unchanged",
            Feature.REACTIVATE,
        ),
        (
            "PATCH",
            USER,
            b'{"op":"replace","value":{"password":"x"}}',
            "left user a unchanged",
            Feature.PASSWORD_SYNC,
        ),
        (
            "PATCH",
            USER,
            b'{"op":"replace","path":"password","value":"x"}',
            "updated user a",
            Feature.PASSWORD_SYNC,
        ),
        ("DELETE", USER, None, "deleted user a", Feature.DELETE_USER),
        ("DELETE", USER.lower(), None, "deleted user a", Feature.DELETE_USER),
        ("POST", GROUPS, b'{"displayName":"a","members":[]}', "created group a", Feature.GROUP_PUSH),
        (
            "PUT",
            GROUP,
            b'{"displayName":"a","members":[]}',
            "updated group a: 2 removed",
            Feature.GROUP_MEMBERSHIP,
        ),
        ("PUT", GROUP, b'{"displayName":"b","members":[]}', "updated group b (was a)", Feature.GROUP_RENAME),
        ("PUT", GROUP, b'{"displayName":"a","members":[]}', "left group a unchanged", Feature.GROUP_PUSH),
        (
            "PATCH",
            GROUP,
            b'{"op":"remove","path":"members[value eq \\"1\\"]"}',
            "updated group a",
            Feature.GROUP_MEMBERSHIP,
        ),
        (
            "PATCH",
            GROUP,
            b'{"op":"replace","value":{"id":"1","displayName":"b"}}',
            "updated group b (was a)",
            Feature.GROUP_RENAME,
        ),
        (
            "PATCH",
            GROUP,
            b'{"op":"replace","value":{"id":"1","displayName":"a"}}',
            "left group a unchanged",
            Feature.GROUP_PUSH,
        ),
        ("DELETE", GROUP, None, "deleted group a", Feature.GROUP_DELETE),
        ("POST", "/scim/v2/Bulk", b"{}", "", None),
    ],
)
def test_a_write_is_told_by_the_endpoints_own_words(
    method: str, path: str, body: bytes | None, meaning: str, feature: Feature | None
) -> None:
    assert recognise(method, path, "", 200, body, meaning, OKTA) is feature


@pytest.mark.parametrize("status", [400, 401, 409, 429, 500])
def test_a_refused_request_exercised_nothing(status: int) -> None:
    assert recognise("GET", USERS, "startIndex=1&count=2", status, None, "", OKTA) is None


def test_any_client_may_exercise_a_feature_but_perchs_own_checks_do_not() -> None:
    assert recognise("GET", USERS, "", 200, None, "", "Apache-HttpClient/4.5.13") is Feature.IMPORT_USERS
    assert recognise("GET", USERS, "", 200, None, "", "Perch/0.1.0") is None


def test_every_feature_has_a_label_of_its_own() -> None:
    assert len({feature.label for feature in Feature}) == len(Feature)


@pytest.mark.parametrize("kind", Kind)
def test_perch_recognises_what_okta_did(kind: Kind, serve: Serve) -> None:
    running = serve()
    ada = Person("ada@okta.local", "Ada", "Byron", "ada@okta.local")
    with OktaClient(running.base_url, running.token, kind=kind) as okta:
        for scenario in (
            okta.test_connection(import_groups=True),
            okta.assign(ada),
            okta.update_profile(augusta := replace(ada, given_name="Augusta")),
            okta.sync_password(augusta, "N3w-Secret"),
            okta.deactivate(ada),
            okta.import_users(),
            okta.assign(ada),
            okta.push_group("Sales", [ada]),
            okta.rename_group("Sales", "Field Sales"),
            okta.push_now("Field Sales", []),
            okta.delete_group("Field Sales"),
        ):
            assert all(step.verdict.ok for step in scenario)
    running.stop()
    with Workspace.open(running.data_dir, ServerConfig()) as workspace:
        records = sorted(workspace.activity.recent(100), key=lambda record: record.seq)
        sightings = {sighting.feature for sighting in workspace.activity.sightings()}

    seen = [record.feature for record in records if record.feature is not None]
    assert seen == [
        *([Feature.DISCOVERY] if kind is Kind.AGENT else []),
        Feature.CONNECTION_TEST,
        Feature.IMPORT_GROUPS,
        Feature.FIND_USER,
        Feature.PUSH_NEW_USER,
        Feature.PUSH_PROFILE_UPDATE,
        Feature.PASSWORD_SYNC,
        Feature.DEACTIVATE,
        Feature.IMPORT_USERS,
        Feature.FIND_USER,
        Feature.REACTIVATE,
        *([Feature.PUSH_PROFILE_UPDATE] if kind is Kind.CATALOG else []),
        Feature.FIND_GROUP,
        Feature.GROUP_PUSH,
        Feature.GROUP_MEMBERSHIP if kind is Kind.CATALOG else Feature.GROUP_PUSH,
        Feature.GROUP_RENAME,
        Feature.GROUP_MEMBERSHIP,
        Feature.GROUP_DELETE,
    ]
    assert sightings == set(seen)


@pytest.mark.parametrize(
    ("file", "features"),
    [
        (
            "okta-2.4-every-change-is-a-put",
            [
                Feature.PUSH_NEW_USER,
                Feature.PUSH_PROFILE_UPDATE,
                Feature.PASSWORD_SYNC,
                Feature.DEACTIVATE,
                Feature.FIND_USER,
                Feature.REACTIVATE,
                Feature.PUSH_PROFILE_UPDATE,
                Feature.DELETE_USER,
            ],
        ),
        ("okta-2.3-capabilities-v1", [Feature.DISCOVERY, Feature.DISCOVERY]),
    ],
)
def test_perch_recognises_what_the_agent_did_in_scim_1_1(serve: Serve, file: str, features: list[Feature]) -> None:
    running = serve()
    Replay(running).play(json.loads((CONVERSATIONS / f"{file}.json").read_text("utf-8")))
    running.stop()
    with Workspace.open(running.data_dir, ServerConfig()) as workspace:
        records = sorted(workspace.activity.recent(100), key=lambda record: record.seq)
        sightings = {sighting.feature for sighting in workspace.activity.sightings()}

    assert {record.path[:9] for record in records} == {"/scim/v1/"}
    assert [record.feature for record in records if record.feature is not None] == features
    assert sightings == set(features)
