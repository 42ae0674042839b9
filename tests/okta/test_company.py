from __future__ import annotations

import re
from collections import Counter

import pytest

import resources
from server.okta.company import FEWEST, HERE, MOST, PROJECT, REPORTS, here, make_company, spelled
from server.okta.universal import Status

COMPANY = make_company()


def test_the_same_size_and_seed_give_the_same_company() -> None:
    assert make_company() == COMPANY
    assert make_company(seed=8) != COMPANY
    assert make_company(60, 7, "other.example").people[0].login.endswith("@other.example")


@pytest.mark.parametrize("size", [FEWEST, 11, 23, 60, 1_000])
def test_it_has_as_many_people_as_asked_for_and_no_two_are_one(size: int) -> None:
    company = make_company(size)
    assert len(company.people) == size
    assert len({person.login for person in company.people}) == size
    assert len({person.okta_id for person in company.people}) == size
    assert len({person.attributes["employeeNumber"] for person in company.people}) == size
    assert all(group.members for group in company.groups)


@pytest.mark.parametrize("size", [0, FEWEST - 1, MOST + 1])
def test_it_is_neither_tiny_nor_without_end(size: int) -> None:
    with pytest.raises(ValueError, match="A company has 10 to 100,000 people"):
        make_company(size)


def test_namesakes_have_a_number_in_their_login() -> None:
    logins = [person.login.partition("@")[0] for person in make_company(5_000).people]
    assert len(set(logins)) == len(logins)
    assert any(login[-1].isdigit() for login in logins)


def test_everybody_is_active_and_has_what_a_profile_has() -> None:
    for person in COMPANY.people:
        assert person.status is Status.ACTIVE
        assert person.email == person.login
        wanted = {"title", "department", "employeeNumber", "userType", "organization", "costCenter", "locale", "city"}
        assert wanted <= person.attributes.keys()
        assert re.fullmatch(r"00u[A-Za-z0-9]{17}", person.okta_id)
        # Nobody's telephone: a range that is kept for drama.
        assert str(person.attributes["mobilePhone"]).startswith("+44 7700 900")


def test_everybody_but_the_head_reports_to_somebody_of_the_company() -> None:
    head, *others = COMPANY.people
    names = {f"{person.first_name} {person.last_name}" for person in COMPANY.people}
    assert "manager" not in head.attributes
    assert {str(person.attributes["manager"]) for person in others} <= names


def test_nobody_but_the_head_has_more_people_than_can_be_led() -> None:
    head, *others = make_company(400).people
    led = Counter(str(person.attributes["manager"]) for person in others)
    del led[f"{head.first_name} {head.last_name}"]
    assert max(led.values()) <= REPORTS


def test_groups_are_made_by_department_by_place_and_by_role() -> None:
    groups = {group.name: group.members for group in COMPANY.groups}
    people = {person.okta_id: person for person in COMPANY.people}
    assert {"Engineering", "Zürich office", "São Paulo office", "Managers", "Staff", PROJECT} <= groups.keys()
    assert {people[one].attributes["department"] for one in groups["Engineering"]} == {"Engineering"}
    assert {people[one].attributes["city"] for one in groups["Zürich office"]} == {"Zürich"}
    leaders = {f"{people[one].first_name} {people[one].last_name}" for one in groups["Managers"]}
    assert {str(person.attributes["manager"]) for person in COMPANY.people[1:]} <= leaders


def test_names_have_letters_of_many_languages_and_logins_have_not() -> None:
    names = "".join(person.first_name + person.last_name for person in COMPANY.people)
    assert set("éüø花") & set(names)
    assert any(not person.first_name.isascii() for person in COMPANY.people)
    assert all(re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+@acme\.example", person.login) for person in COMPANY.people)


@pytest.mark.parametrize(
    ("name", "login"),
    [("Zoë", "zoe"), ("Łukasz", "lukasz"), ("Østergaard", "ostergaard"), ("Işıl", "isil"), ("Adébáyọ̀", "adebayo")],
)
def test_a_name_is_spelled_for_a_login(name: str, login: str) -> None:
    assert spelled(name) == login


def test_every_name_of_the_lists_can_be_spelled() -> None:
    for language in resources.company_document("names"):
        for name in (*language["given"], *language["family"]):
            assert spelled(name), name
        assert len(set(language["given"])) == len(language["given"])
        assert len(set(language["family"])) == len(language["family"])


def test_an_import_finds_one_exact_match_one_partial_match_and_strangers() -> None:
    logins = {person.login for person in COMPANY.people}
    names = {(person.first_name, person.last_name) for person in COMPANY.people}
    exact = [one for one in HERE.people if one["userName"] in logins]
    named = [one for one in HERE.people if (one["name"]["givenName"], one["name"]["familyName"]) in names]
    assert [one["displayName"] for one in exact] == ["Noor Haddad"]
    assert [one["displayName"] for one in named if one not in exact] == ["Hanako Yamada"]
    assert len(HERE.people) == 5


def test_groups_that_are_here_have_members_who_are_here() -> None:
    names = {one["userName"] for one in HERE.people}
    assert all(set(members) <= names for _, members in HERE.groups)
    assert {name for name, _ in HERE.groups}.isdisjoint(group.name for group in COMPANY.groups)


def test_who_is_here_works_for_the_same_company() -> None:
    assert here("other.example").people[0]["userName"] == "noor.haddad@other.example"
    assert here() == HERE
