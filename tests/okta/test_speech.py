"""Which SCIM is spoken to an address, and that what goes over the wire means what was meant."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from server.okta.asking import PATCH_URN
from server.okta.dialogues import GROUP_URN
from server.okta.person import USER_URN
from server.okta.speech import CUSTOM_URN, Version, named, spoken, understood, version_below
from server.scim.schemas import ENTERPRISE_USER_URN
from server.scim.version1 import CORE_URN, ENTERPRISE_URN

ADA = {"schemas": [USER_URN, ENTERPRISE_USER_URN], "userName": "ada", ENTERPRISE_USER_URN: {"manager": {"value": "7"}}}
FORMER_ADA = {"schemas": [CORE_URN, ENTERPRISE_URN], "userName": "ada", ENTERPRISE_URN: {"manager": {"managerId": "7"}}}


def said(document: Any, target: str = "/Users") -> Any:
    _, body = spoken(Version.ONE, target, orjson.dumps(document))
    assert body is not None
    return orjson.loads(body)


@pytest.mark.parametrize(
    ("base_url", "version"),
    [
        ("http://acme.lan:8080/scim/v1", Version.ONE),
        ("http://acme.lan:8080/V1/", Version.ONE),
        ("http://acme.lan:8080/scim/v2/", Version.TWO),
        ("http://acme.lan:8080/v1/scim/v2/", Version.TWO),
        ("http://acme.lan:8080/v10/", None),
        ("http://v1/scim/", None),
        ("http://acme.lan:8080/", None),
    ],
)
def test_the_path_says_which_version_the_agent_speaks(base_url: str, version: Version | None) -> None:
    assert version_below(base_url) is version


def test_2_0_goes_as_it_is() -> None:
    body = orjson.dumps(ADA)
    assert spoken(Version.TWO, "/ServiceProviderConfig", body) == ("/ServiceProviderConfig", body)
    assert understood(Version.TWO, FORMER_ADA) is FORMER_ADA
    assert named(Version.TWO, f"{ENTERPRISE_USER_URN}:department") == f"{ENTERPRISE_USER_URN}:department"


def test_1_1_has_names_of_its_own() -> None:
    assert said(ADA) == FORMER_ADA
    assert understood(Version.ONE, FORMER_ADA) == {**ADA, "schemas": FORMER_ADA["schemas"]}
    assert named(Version.ONE, f"{ENTERPRISE_USER_URN}:manager.value") == f"{ENTERPRISE_URN}:manager.managerId"
    assert named(Version.ONE, f"{CUSTOM_URN}:departmentName") == f"{CUSTOM_URN}:departmentName"


def test_said_again_it_is_the_same() -> None:
    assert said(FORMER_ADA) == FORMER_ADA
    assert (
        said({**understood(Version.ONE, FORMER_ADA), "schemas": [CORE_URN, USER_URN, ENTERPRISE_USER_URN]})
        == FORMER_ADA
    )


def test_the_entries_of_a_list_are_understood_one_by_one() -> None:
    read = understood(Version.ONE, {"schemas": [CORE_URN], "totalResults": 2, "resources": [FORMER_ADA, "nobody"]})
    assert read["resources"][0][ENTERPRISE_USER_URN] == {"manager": {"value": "7"}}
    assert read["resources"][1] == "nobody"
    assert read["totalResults"] == 2


def test_what_a_server_said_amiss_is_said_back_to_it() -> None:
    amiss = {"schemas": [{"not": "a urn"}], "meta": "now", "groups": ["g1"], ENTERPRISE_USER_URN: "none", "members": 3}
    assert said(amiss) == amiss
    assert understood(Version.ONE, {"schemas": "core", ENTERPRISE_URN: 3, "Resources": 4})["Resources"] == 4


@pytest.mark.parametrize("body", [None, b"test", b"[1]", b'"word"'])
def test_what_is_no_object_stays(body: bytes | None) -> None:
    assert spoken(Version.ONE, "/ServiceProviderConfig", body) == ("/ServiceProviderConfigs", body)
    assert spoken(Version.ONE, "/Users?startIndex=1&count=2", body) == ("/Users?startIndex=1&count=2", body)


@pytest.mark.parametrize(
    ("operations", "partial"),
    [
        ([{"op": "replace", "value": {"active": False}}], {"active": False}),
        ([{"op": "replace", "value": {"id": "9", "displayName": "New"}}], {"displayName": "New"}),
        ([{"op": "remove", "path": 'members[value eq "7"]'}], {"members": [{"value": "7", "operation": "delete"}]}),
        ([{"op": "replace", "path": "members", "value": []}], {"meta": {"attributes": ["members"]}, "members": []}),
    ],
)
def test_a_patch_is_a_part_of_the_resource(operations: list[dict[str, Any]], partial: dict[str, Any]) -> None:
    message = {"schemas": [PATCH_URN], "Operations": operations}
    assert said(message, "/Groups/9") == {"schemas": [CORE_URN], "id": "9", **partial}


def test_a_group_has_the_same_urn_as_a_user() -> None:
    assert said({"schemas": [GROUP_URN], "displayName": "Sales", "members": []})["schemas"] == [CORE_URN]


def test_each_version_has_its_media_type() -> None:
    assert (Version.ONE.media_type, Version.TWO.media_type) == ("application/json", "application/scim+json")
