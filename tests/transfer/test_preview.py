"""Guessing what a file holds and where its columns go, and reading it as somebody then decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import resources
from server.scim.schemas import load_registry
from server.transfer.lines import LineError, Row
from server.transfer.preview import Form, Reading, choices, form_of, look_into, missing, rows

if TYPE_CHECKING:
    from server.transfer.preview import Kind, Preview

REGISTRY = load_registry(resources.schema_documents())
TYPES = {"User": REGISTRY.user, "Group": REGISTRY.group}


def look(text: str, form: Form = Form.CSV, kind: Kind = "User", **more: Any) -> Preview:
    return look_into(text.splitlines(keepends=True), form, TYPES, kind, **more)


def targets(preview: Preview) -> dict[str, str]:
    return {column.heading: column.target for column in preview.columns}


def read(text: str, form: Form, kind: Kind, mapping: dict[str, str]) -> list[Row | LineError]:
    reading = Reading(form, kind, dict(enumerate(mapping.values())), tuple(mapping))
    return list(rows(text.splitlines(keepends=True), reading, TYPES))


@pytest.mark.parametrize(
    ("text", "ending", "form"),
    [
        ("userName;title\n", ".csv", Form.CSV),
        ("userName\n", "", Form.CSV),
        ('\n{"userName": "ada"}\n', ".json", Form.JSON_LINES),
        ('{"userName": "ada"}\n{broken', ".jsonl", Form.JSON_LINES),
        ("{broken\n", ".jsonl", Form.JSON_LINES),
        ("[\n", ".jsonl", Form.JSON),
        ("{\n", "", Form.JSON),
        ('{"Resources": []}', ".jsonl", Form.JSON),
        ("", ".jsonl", Form.JSON_LINES),
        ("", ".json", Form.JSON),
    ],
)
def test_the_form_is_told_by_the_beginning(text: str, ending: str, form: Form) -> None:
    assert form_of(text.splitlines(keepends=True), ending) is form


def test_columns_of_people_go_where_people_expect() -> None:
    preview = look("Login,First Name,E-Mail,Department,Shoe size\nada,Ada,a@x,R&D,38\nalan,,b@x,,44\n")
    assert preview.kind == "User"
    assert targets(preview) == {
        "Login": "userName",
        "First Name": "name.givenName",
        "E-Mail": "emails.work",
        "Department": "department",
        "Shoe size": "",
    }
    assert preview.columns[1].samples == ("Ada",)
    assert preview.missing == ""


def test_a_second_column_for_the_same_place_is_left_out() -> None:
    assert targets(look("userName,login\n")) == {"userName": "userName", "login": ""}


def test_columns_of_groups_too() -> None:
    preview = look("Group name,Login\nEngines,ada\n")
    assert preview.kind == "Group"
    assert targets(preview) == {"Group name": "displayName", "Login": "member"}


def test_whoever_is_sure_decides_what_it_holds() -> None:
    preview = look("Login,Name\n", kind="Group", is_sure=True)
    assert (preview.kind, targets(preview)) == ("Group", {"Login": "member", "Name": "displayName"})


def test_without_a_name_nothing_can_be_taken() -> None:
    assert look("Mail\n").missing == "userName"
    assert missing("Group", ["member"]) == "displayName"


def test_a_file_of_nobody_says_so() -> None:
    with pytest.raises(LineError, match="empty"):
        look("")
    with pytest.raises(LineError, match="holds nobody"):
        look("[]", Form.JSON)


def test_a_broken_line_does_not_hide_those_before_it() -> None:
    assert look('userName\nada\n"alan\n').columns[0].samples == ("ada",)


def test_attributes_of_json_go_by_their_names() -> None:
    preview = look('{"login": "ada", "name": {"givenName": "Ada"}, "groups": []}\n', Form.JSON_LINES)
    assert targets(preview) == {"login": "userName", "name": "name"}
    assert preview.columns[1].samples == ('{"givenName": "Ada"}',)


def test_json_says_itself_what_it_holds() -> None:
    assert look('{"displayName": "G", "members": []}', Form.JSON_LINES).kind == "Group"
    assert look('{"displayName": "G"}', Form.JSON_LINES, "Group").kind == "Group"


def test_a_file_is_read_as_decided() -> None:
    found = read("Account,Title,Age\nada,Countess,36\n", Form.CSV, "User", {"0": "userName", "1": "", "2": "nickName"})
    assert found == [Row(2, "User", {"userName": "ada", "nickName": "36"})]


def test_what_cannot_be_read_on_is_the_last_problem() -> None:
    found = read('a\nada\n"alan', Form.CSV, "User", {"a": "userName"})
    assert isinstance(found[0], Row)
    assert isinstance(found[-1], LineError)
    assert found[-1].line == 3


def test_json_is_renamed_into_places() -> None:
    text = (
        '{"login": "ada", "first": "Ada", "mail": "a@x", "on": "no", "late": 1}\n{"login": "alan", "on": "perhaps"}\n'
    )
    mapping = {"login": "userName", "first": "name.givenName", "mail": "emails.work", "on": "active"}
    one, other = read(text, Form.JSON_LINES, "User", mapping)
    assert isinstance(one, Row)
    assert one.document == {
        "userName": "ada",
        "name": {"givenName": "Ada"},
        "emails": [{"type": "work", "value": "a@x"}],
        "active": False,
        "late": 1,
    }
    assert isinstance(other, LineError)
    assert (other.line, str(other)) == (2, "active is 'perhaps': write true or false.")


def test_of_a_file_with_both_kinds_only_one_is_renamed() -> None:
    text = '{"login": "ada"}\n{"displayName": "G", "members": [], "login": "x"}\n'
    one, other = read(text, Form.JSON_LINES, "User", {"login": "userName"})
    assert one == Row(1, "User", {"userName": "ada"})
    assert other == Row(2, "Group", {"displayName": "G", "members": [], "login": "x"})


def test_a_group_of_json_is_renamed() -> None:
    found = read('[{"team": "G", "who": ["ada"]}]', Form.JSON, "Group", {"team": "displayName", "who": "members"})
    assert found == [Row(1, "Group", {"displayName": "G", "members": ["ada"]})]


def test_the_choices_are_what_can_be_written() -> None:
    people = choices(REGISTRY.user, Form.CSV)
    assert {"userName", "name.givenName", "emails.work", "department", "manager.value", "active"} <= set(people)
    assert not {"password", "groups", "meta", "schemas"} & set(people)
    assert "name" in choices(REGISTRY.user, Form.JSON)
    assert choices(REGISTRY.group, Form.CSV)[1] == "displayName"
    assert "members" in choices(REGISTRY.group, Form.JSON_LINES)
