"""Discovery over HTTP: each document whole and by its id, true to what is served, without filter and unwritable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.client import GROUP_URN, USER_URN, ask

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint

ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
COLLECTIONS = ["/ResourceTypes", "/Schemas"]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_each_document_of_a_list_is_found_by_its_id_and_its_location(endpoint: RunningEndpoint, path: str) -> None:
    found = ask(endpoint, "GET", path).json
    assert found["totalResults"] == found["itemsPerPage"] == len(found["Resources"]) > 1
    for document in found["Resources"]:
        assert document["meta"]["location"] == f"{endpoint.base_url}{path}/{document['id']}"
        for name in (document["id"], document["id"].lower(), document["id"].replace(":", "%3A")):
            assert ask(endpoint, "GET", f"{path}/{name}").json == document


def test_what_is_served_is_listed(endpoint: RunningEndpoint) -> None:
    types = {one["id"]: one for one in ask(endpoint, "GET", "/ResourceTypes").json["Resources"]}
    assert {name: one["endpoint"] for name, one in types.items()} == {"User": "/Users", "Group": "/Groups"}
    assert {one["schema"] for one in types.values()} == {USER_URN, GROUP_URN}
    assert [one["schema"] for one in types["User"]["schemaExtensions"]] == [ENTERPRISE_URN]
    schemas = {one["id"] for one in ask(endpoint, "GET", "/Schemas").json["Resources"]}
    assert {USER_URN, GROUP_URN, ENTERPRISE_URN} <= schemas
    for one in types.values():
        assert ask(endpoint, "GET", f"{one['endpoint']}?count=0").status == 200


def test_the_configuration_is_at_its_location(endpoint: RunningEndpoint) -> None:
    config = ask(endpoint, "GET", "/ServiceProviderConfig").json
    assert config["meta"]["location"] == f"{endpoint.base_url}/ServiceProviderConfig"
    assert [scheme["type"] for scheme in config["authenticationSchemes"]] == ["oauthbearertoken", "httpbasic"]
    for feature in ("patch", "bulk", "filter", "sort", "etag"):
        assert config[feature]["supported"] is True
    assert config["changePassword"]["supported"] is False
    assert config["pagination"]["cursor"] is True


@pytest.mark.parametrize("path", COLLECTIONS)
@pytest.mark.parametrize("parameter", ["filter", "Filter", "FILTER"])
def test_a_filter_is_refused_lest_its_answer_be_taken_for_a_filtered_one(
    endpoint: RunningEndpoint, path: str, parameter: str
) -> None:
    assert "no filter" in ask(endpoint, "GET", f"{path}?{parameter}=id+eq+%22User%22").refused(403)


@pytest.mark.parametrize("path", COLLECTIONS)
def test_paging_and_sorting_are_ignored(endpoint: RunningEndpoint, path: str) -> None:
    whole = ask(endpoint, "GET", path).json
    assert ask(endpoint, "GET", f"{path}?startIndex=2&count=1&sortBy=id&attributes=id").json == whole


@pytest.mark.parametrize("path", ["/ResourceTypes/Nothing", "/Schemas/urn:nothing", "/Schemas/User"])
def test_what_is_not_there_is_named_in_the_404(endpoint: RunningEndpoint, path: str) -> None:
    assert path.rpartition("/")[2] in ask(endpoint, "GET", path).refused(404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/ServiceProviderConfig", *COLLECTIONS, "/ResourceTypes/User", f"/Schemas/{USER_URN}"]
)
def test_nobody_writes_here(endpoint: RunningEndpoint, method: str, path: str) -> None:
    answer = ask(endpoint, method, path, b"{}")
    answer.refused(405)
    assert answer.headers["allow"] == "GET, HEAD"


def test_discovery_wants_a_token_like_everything_else(endpoint: RunningEndpoint) -> None:
    for path in ("/ServiceProviderConfig", *COLLECTIONS):
        ask(endpoint, "GET", path, headers={"Authorization": ""}).refused(401)
