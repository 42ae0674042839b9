"""Applying PATCH operations to multi-valued attributes: whole lists, selected values, the one that is primary."""

from __future__ import annotations

from typing import Any

import pytest

from server.scim.errors import InvalidValue, NoTarget
from server.scim.values import VALUES_LIMIT
from tests.scim.patching import BABS, patch, patched, with_


class TestMultiValues:
    WORK, HOME = BABS["emails"]

    def test_add_appends_what_is_new(self) -> None:
        other = {"value": "b@c.org", "type": "other"}
        for value in (other, [other], [self.WORK, other], [other, other]):
            assert patched(BABS, {"op": "add", "path": "emails", "value": value})["emails"] == [
                self.WORK,
                self.HOME,
                other,
            ]

    def test_adding_the_same_value_twice_changes_nothing(self) -> None:
        assert patched(BABS, {"op": "add", "path": "emails", "value": [self.HOME]}) == BABS

    def test_the_same_value_and_type_is_an_update(self) -> None:
        value = [{"value": "BABS@jensen.org", "type": "Home", "display": "Babs at home"}]
        assert patched(BABS, {"op": "add", "path": "emails", "value": value})["emails"] == [
            self.WORK,
            {"value": "BABS@jensen.org", "type": "Home", "display": "Babs at home"},
        ]

    def test_adding_nothing_changes_nothing(self) -> None:
        nothings: list[Any] = [[], None, "", [{}]]
        for value in nothings:
            assert patched(BABS, {"op": "add", "path": "emails", "value": value}) == BABS

    def test_replace_takes_the_place_of_all(self) -> None:
        for value in ([{"value": "new@b.org"}], {"value": "new@b.org"}, "new@b.org", ["new@b.org"]):
            assert patched(BABS, {"op": "replace", "path": "emails", "value": value}) == with_(
                emails=[{"value": "new@b.org"}]
            )

    def test_replace_with_nothing_and_remove_unassign(self) -> None:
        for operation in ({"op": "replace", "value": []}, {"op": "replace", "value": None}, {"op": "remove"}):
            assert patched(BABS, {**operation, "path": "addresses"}) == with_(addresses=None)

    def test_okta_c10_a_remove_with_a_list_removes_only_the_listed(self) -> None:
        listing_home: list[Any] = [
            [{"value": "babs@jensen.org"}],
            {"value": "BABS@jensen.org", "type": "home"},
            ["babs@jensen.org"],
        ]
        for value in listing_home:
            assert patched(BABS, {"op": "remove", "path": "emails", "value": value})["emails"] == [self.WORK]
        listing_none: list[Any] = [[], [{"value": "babs@jensen.org", "type": "work"}], ["nobody@x.org"], 5]
        for value in listing_none:
            assert patched(BABS, {"op": "remove", "path": "emails", "value": value}) == BABS

    def test_a_sub_attribute_without_a_filter_is_changed_in_every_value(self) -> None:
        after = patched(BABS, {"op": "replace", "path": "emails.type", "value": "other"})
        assert [email["type"] for email in after["emails"]] == ["other", "other"]
        after = patched(BABS, {"op": "remove", "path": "emails.type"})
        assert not any("type" in email for email in after["emails"])

    def test_a_sub_attribute_without_a_filter_creates_the_first_value(self) -> None:
        before = with_(phoneNumbers=None)
        after = patched(before, {"op": "replace", "path": "phoneNumbers.value", "value": "+1-555-0100"})
        assert after["phoneNumbers"] == [{"value": "+1-555-0100"}]

    def test_a_list_has_a_limit(self) -> None:
        value = [{"value": f"{number}@example.com"} for number in range(VALUES_LIMIT)]
        with pytest.raises(InvalidValue, match=str(VALUES_LIMIT)):
            patch(BABS, {"op": "add", "path": "emails", "value": value})


class TestSelections:
    @pytest.mark.parametrize("op", ["Add", "Replace"])
    def test_okta_c3_a_value_that_the_filter_describes_is_created(self, op: str) -> None:
        before = with_(emails=[{"value": "babs@jensen.org", "type": "home"}])
        after = patched(before, {"op": op, "path": 'emails[type eq "work"].value', "value": "b@example.com"})
        assert after["emails"] == [
            {"value": "babs@jensen.org", "type": "home"},
            {"type": "work", "value": "b@example.com"},
        ]

    @pytest.mark.parametrize("op", ["add", "replace"])
    @pytest.mark.parametrize(
        ("path", "attribute", "created"),
        [
            ('phoneNumbers[type eq "mobile"].value', "phoneNumbers", {"type": "mobile", "value": "x"}),
            ('addresses[type eq "other"].postalCode', "addresses", {"type": "other", "postalCode": "x"}),
            ('roles[primary eq "true"].value', "roles", {"primary": True, "value": "x"}),
            (
                'roles[primary eq "True" and type eq "app"].value',
                "roles",
                {"primary": True, "type": "app", "value": "x"},
            ),
            ('entitlements[type eq "license"].value', "entitlements", {"type": "license", "value": "x"}),
        ],
    )
    def test_okta_c4_c5_the_same_for_other_attributes(self, op: str, path: str, attribute: str, created: Any) -> None:
        after = patched(BABS, {"op": op, "path": path, "value": "x"})
        assert after[attribute][-1] == created
        assert len(after[attribute]) == len(BABS.get(attribute, ())) + 1

    @pytest.mark.parametrize("label", ["primary", "secondary"])
    def test_okta_b6_an_e_mail_may_have_any_type(self, label: str) -> None:
        path = f'emails[type eq "{label}"].value'
        after = patched(BABS, {"op": "add", "path": path, "value": "b6@example.com"})
        assert after["emails"] == [*BABS["emails"], {"type": label, "value": "b6@example.com"}]

    def test_okta_c4_a_new_other_e_mail_does_not_steal_primary(self) -> None:
        after = patched(BABS, {"op": "add", "path": 'emails[type eq "other"].value', "value": "o@example.com"})
        assert [email.get("primary") for email in after["emails"]] == [True, None, None]

    def test_okta_c5_a_quoted_boolean_selects(self) -> None:
        before = with_(roles=[{"value": "admin", "primary": True}, {"value": "user", "primary": False}])
        after = patched(before, {"op": "replace", "path": 'roles[primary eq "true"].value', "value": "owner"})
        assert after["roles"] == [{"value": "owner", "primary": True}, {"value": "user", "primary": False}]

    def test_okta_c27_roles_may_hold_json_in_a_string(self) -> None:
        text = '{"id":"18d14569-c3bd-439b-9a66-3a2aee01d14f","value":"admin","displayName":"Admin"}'
        after = patched(BABS, {"op": "add", "path": "roles", "value": [{"value": text}]})
        assert after["roles"] == [{"value": text}]

    def test_several_operations_complete_one_created_value(self) -> None:
        after = patched(
            with_(addresses=None),
            {"op": "Add", "path": 'addresses[type eq "work"].primary', "value": "True"},
            {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "Berlin"},
            {"op": "Add", "path": 'addresses[type eq "work"].postalCode', "value": "10115"},
        )
        assert after["addresses"] == [{"type": "work", "primary": True, "locality": "Berlin", "postalCode": "10115"}]

    def test_a_created_value_that_stays_without_content_is_dropped(self) -> None:
        assert patched(BABS, {"op": "add", "path": 'phoneNumbers[type eq "fax"].primary', "value": True}) == BABS

    def test_an_object_changes_what_it_names_in_the_selected_values(self) -> None:
        after = patched(BABS, {"op": "replace", "path": 'emails[type eq "home"]', "value": {"value": "b@home.org"}})
        assert after["emails"] == [BABS["emails"][0], {"value": "b@home.org", "type": "home"}]
        after = patched(BABS, {"op": "add", "path": 'emails[type eq "other"]', "value": [{"value": "o@home.org"}]})
        assert after["emails"][2] == {"type": "other", "value": "o@home.org"}
        after = patched(BABS, {"op": "replace", "path": 'emails[type eq "home"]', "value": "b@home.org"})
        assert after["emails"][1] == {"value": "b@home.org", "type": "home"}

    @pytest.mark.parametrize("op", ["add", "replace"])
    @pytest.mark.parametrize(
        "path",
        [
            'emails[type ne "home" and type ne "work"].value',
            'emails[type eq "a" or type eq "b"].value',
            'emails[value co "nobody"].type',
            "emails[not (type pr)].value",
            "emails[type eq null].value",
        ],
    )
    def test_a_filter_that_describes_no_value_has_no_target(self, op: str, path: str) -> None:
        with pytest.raises(NoTarget):
            patch(BABS, {"op": op, "path": path, "value": "x"})

    def test_a_value_that_the_filter_would_not_find_again_is_not_created(self) -> None:
        with pytest.raises(NoTarget):
            patch(BABS, {"op": "replace", "path": 'emails[value eq "old@x.org"].value', "value": "new@x.org"})

    def test_a_list_does_not_fit_a_selected_value(self) -> None:
        value = [{"value": "a@b.org"}, {"value": "c@d.org"}]
        with pytest.raises(InvalidValue, match="one value"):
            patch(BABS, {"op": "replace", "path": 'emails[type eq "work"]', "value": value})

    def test_okta_c6_a_remove_that_selects_nothing_is_no_error(self) -> None:
        for path in (
            'emails[type eq "other"]',
            'emails[type eq "other"].value',
            'phoneNumbers[type eq "work"]',
        ):
            assert patched(BABS, {"op": "remove", "path": path}) == BABS

    def test_okta_c6_a_remove_with_another_value_removes_nothing(self) -> None:
        for path in ('emails[type eq "home"].value', 'emails[type eq "home"]'):
            assert patched(BABS, {"op": "Remove", "path": path, "value": "someone@else.org"}) == BABS
            after = patched(BABS, {"op": "Remove", "path": path, "value": "babs@jensen.org"})
            assert after["emails"] == [BABS["emails"][0]]

    def test_removing_the_value_of_an_e_mail_removes_the_e_mail(self) -> None:
        after = patched(BABS, {"op": "remove", "path": 'emails[type eq "home"].value'})
        assert after["emails"] == [BABS["emails"][0]]

    def test_removing_one_part_of_an_address_keeps_the_others(self) -> None:
        after = patched(BABS, {"op": "remove", "path": 'addresses[type eq "work"].country'})
        assert after["addresses"][0] == {
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
        }

    def test_removing_every_selected_value_unassigns_the_attribute(self) -> None:
        assert patched(BABS, {"op": "remove", "path": "addresses[type pr]"}) == with_(addresses=None)


class TestPrimary:
    def test_an_added_primary_value_makes_the_others_secondary(self) -> None:
        value = [{"value": "new@b.org", "primary": True}]
        after = patched(BABS, {"op": "add", "path": "emails", "value": value})
        assert [email.get("primary") for email in after["emails"]] == [False, None, True]

    def test_a_value_marked_primary_makes_the_others_secondary(self) -> None:
        after = patched(BABS, {"op": "replace", "path": 'emails[type eq "home"].primary', "value": True})
        assert [email.get("primary") for email in after["emails"]] == [False, True]

    def test_another_change_of_the_primary_value_keeps_it_primary(self) -> None:
        after = patched(BABS, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "w@b.org"})
        assert [email.get("primary") for email in after["emails"]] == [True, None]

    def test_of_several_the_last_one_wins(self) -> None:
        after = patched(BABS, {"op": "replace", "path": "emails.primary", "value": True})
        assert [email["primary"] for email in after["emails"]] == [False, True]
        value = [{"value": "a@b.org", "primary": True}, {"value": "c@d.org", "primary": True}]
        after = patched(BABS, {"op": "replace", "path": "emails", "value": value})
        assert [email["primary"] for email in after["emails"]] == [False, True]
