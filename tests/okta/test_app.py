"""An app's settings: what Okta's forms offer, and what they refuse."""

from __future__ import annotations

import pytest

from server.okta.app import DEFAULT_MAPPINGS, ONPREM_MAPPINGS, AppSettings, addressed
from server.okta.dialogues import Kind
from server.okta.speech import CUSTOM_URN, Version


def test_a_new_app_has_everything_on_that_perch_is_for() -> None:
    settings = AppSettings()
    assert (settings.kind, settings.label, settings.unique_identifier) == (Kind.CUSTOM, "Perch", "userName")
    assert settings.import_users
    assert settings.import_groups
    assert settings.push_groups
    assert settings.deactivate_users
    assert settings.rename_groups
    assert settings.creates
    assert settings.updates
    assert not settings.sync_password
    assert not settings.exclude_username_updates
    assert (settings.membership_batch, settings.safeguard) == (100, 20)


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize("action", [True, False])
def test_the_supported_action_and_the_page_to_app_both_have_to_allow_it(action: bool, page: bool) -> None:
    settings = AppSettings(
        push_new_users=action, create_users=page, push_profile_updates=action, update_user_attributes=page
    )
    assert settings.creates is (action and page)
    assert settings.updates is (action and page)


@pytest.mark.parametrize("batch", [100, 1000])
def test_okta_allows_100_to_1000_changes_of_membership(batch: int) -> None:
    assert AppSettings(membership_batch=batch).membership_batch == batch


@pytest.mark.parametrize("batch", [99, 1001])
def test_okta_refuses_fewer_and_more_changes_of_membership(batch: int) -> None:
    with pytest.raises(ValueError, match="100 to 1000 membership changes"):
        AppSettings(membership_batch=batch)


@pytest.mark.parametrize("percent", [-1, 101])
def test_the_safeguard_is_a_percentage(percent: int) -> None:
    assert {AppSettings(safeguard=edge).safeguard for edge in (0, 100)} == {0, 100}
    with pytest.raises(ValueError, match="0 to 100"):
        AppSettings(safeguard=percent)


def test_no_attribute_is_mapped_twice() -> None:
    assert len({mapping.okta for mapping in DEFAULT_MAPPINGS}) == len(DEFAULT_MAPPINGS)
    assert len({mapping.scim for mapping in DEFAULT_MAPPINGS}) == len(DEFAULT_MAPPINGS)


@pytest.mark.parametrize(("base_url", "version"), [("http://acme.lan/v1/", "1.1"), ("http://acme.lan/v2/", "2.0")])
def test_the_agent_speaks_what_its_address_says(base_url: str, version: str) -> None:
    assert addressed(Kind.AGENT, base_url).version == version
    assert addressed(Kind.AGENT, base_url, Version.TWO).version is Version.TWO
    assert addressed(Kind.AGENT, "http://acme.lan/").version is Version.TWO


@pytest.mark.parametrize("kind", [Kind.CUSTOM, Kind.CATALOG])
def test_a_cloud_app_speaks_what_its_form_says(kind: Kind) -> None:
    assert addressed(kind, "https://scim.example.com/v1") == AppSettings(kind=kind)
    assert addressed(kind, "https://scim.example.com/v2", Version.ONE) == AppSettings(kind=kind, version=Version.ONE)


def test_in_1_1_the_agent_has_a_namespace_of_its_own() -> None:
    assert addressed(Kind.AGENT, "http://acme.lan/v2/").mappings == DEFAULT_MAPPINGS
    assert addressed(Kind.AGENT, "http://acme.lan/v1/").mappings == ONPREM_MAPPINGS
    assert ONPREM_MAPPINGS[-1].scim.startswith(f"{CUSTOM_URN}:")
