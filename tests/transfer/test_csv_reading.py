"""CSV as spreadsheet programs write it, told line by line."""

from __future__ import annotations

import pytest

import resources
from server.scim.schemas import ENTERPRISE_USER_URN, load_registry
from server.transfer.csv_reading import CsvReader
from server.transfer.lines import LineError, Row

REGISTRY = load_registry(resources.schema_documents())


def read(text: str) -> tuple[list[Row | LineError], list[str]]:
    reader = CsvReader(text.splitlines(keepends=True), {"User": REGISTRY.user, "Group": REGISTRY.group})
    return list(reader.rows()), reader.unknown


def documents(text: str) -> list[dict[str, object]]:
    rows, _ = read(text)
    assert all(isinstance(row, Row) for row in rows), rows
    return [row.document for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found_out(mark: str) -> None:
    head = mark.join(["userName", "First name", "email"])
    assert documents(f"{head}\nada{mark}Ada{mark}ada@example.com\n") == [
        {
            "userName": "ada",
            "name": {"givenName": "Ada"},
            "emails": [{"type": "work", "value": "ada@example.com"}],
        }
    ]


def test_a_comma_in_a_quoted_heading_is_no_delimiter() -> None:
    assert documents('userName;"a, b, c, d";title\nada;x;Countess\n') == [{"userName": "ada", "title": "Countess"}]


def test_excels_line_for_itself_is_passed_over() -> None:
    (row,), _ = read("sep=;\nuserName;title\nada;Countess\n")
    assert row == Row(3, "User", {"userName": "ada", "title": "Countess"})


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    rows, _ = read('userName,title\r\n"ada","two\r\nlines"\r\n\r\nalan,Fellow\r\n')
    assert [row.line for row in rows] == [2, 5]


def test_an_empty_cell_says_nothing() -> None:
    assert documents("userName,title,emails.work,active\nada,, ,\n") == [{"userName": "ada"}]


def test_several_types_of_one_attribute_are_several_values() -> None:
    (row,), _ = read("userName,emails.work,emails.home,addresses.work.locality\nada,a@x,b@x,London\n")
    assert isinstance(row, Row)
    assert row.typed == {"emails", "addresses"}
    assert row.document["emails"] == [{"type": "work", "value": "a@x"}, {"type": "home", "value": "b@x"}]
    assert row.document["addresses"] == [{"type": "work", "locality": "London"}]


def test_an_extension_attribute_goes_into_its_extension() -> None:
    assert documents("userName,department,manager\nada,R&D,7\n") == [
        {"userName": "ada", ENTERPRISE_USER_URN: {"department": "R&D", "manager": {"value": "7"}}}
    ]


def test_json_in_a_cell_is_the_whole_attribute() -> None:
    text = 'userName,emails,urn:example:x\nada,"[{""value"":""a@x"",""type"":""x.y""}]","{""a"":1}"\n'
    assert documents(text) == [
        {"userName": "ada", "emails": [{"value": "a@x", "type": "x.y"}], "urn:example:x": {"a": 1}}
    ]


@pytest.mark.parametrize(("word", "active"), [("TRUE", True), ("no", False), ("inactive", False), ("1", True)])
def test_truth_is_written_in_several_ways(word: str, active: bool) -> None:
    assert documents(f"userName,active\nada,{word}\n") == [{"userName": "ada", "active": active}]


def test_a_formula_is_read_as_the_text_it_was() -> None:
    assert documents("userName,title\nada,'=1+1\n") == [{"userName": "ada", "title": "=1+1"}]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("userName,active\nada,maybe\n", 2, "true or false"),
        ("userName,title\n,Countess\n", 2, "no userName"),
        ("userName\nada,b,c\n", 2, "3 cells"),
        ('userName,emails\nada,"[{"\n', 2, "not JSON"),
        ("displayName,externalId\n,7\n", 2, "no displayName"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_next_is_read(text: str, line: int, words: str) -> None:
    rows, _ = read(f"{text}{text.splitlines()[0].replace('userName', 'bob').replace('displayName', 'G')}\n")
    error = rows[0]
    assert isinstance(error, LineError)
    assert error.line == line
    assert words in str(error)
    assert len(rows) == 2


def test_headings_that_mean_nothing_are_told() -> None:
    rows, unknown = read("userName,shoe size,\nada,44,x\n")
    assert rows == [Row(2, "User", {"userName": "ada"})]
    assert unknown == ["shoe size"]


@pytest.mark.parametrize("text", ["", "title,nickName\na,b\n"])
def test_a_file_without_names_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(LineError, match="userName"):
        read(text)


def test_a_quotation_mark_too_many_is_found() -> None:
    with pytest.raises(LineError, match="quotation mark") as caught:
        read('userName,title\nada,Countess\nalan,"Fel"low"\n')
    assert caught.value.line == 3


def test_a_group_is_a_line_for_each_member() -> None:
    rows, _ = read("displayName,member,member.type\nAnalysts,ada,User\nAnalysts,Sub,Group\nEmpty,,\n")
    assert rows == [
        Row(
            2,
            "Group",
            {"displayName": "Analysts", "members": [{"value": "ada"}, {"value": "Sub"}]},
            member_lines=(2, 3),
        ),
        Row(4, "Group", {"displayName": "Empty", "members": []}),
    ]


def test_a_group_without_a_column_of_members_leaves_them_alone() -> None:
    rows, _ = read("displayName,externalId\nAnalysts,7\n")
    assert rows == [Row(2, "Group", {"displayName": "Analysts", "externalId": "7"})]


def test_a_member_with_an_id_keeps_its_name_for_those_who_do_not_know_the_id() -> None:
    rows, _ = read("displayName,member,member.id\nAnalysts,ada,17\n")
    assert rows == [
        Row(
            2,
            "Group",
            {"displayName": "Analysts", "members": [{"value": "17", "display": "ada"}]},
            member_lines=(2,),
        )
    ]


def test_headings_can_be_given_other_names() -> None:
    reader = CsvReader(
        ["Account,Ms\n", "ada,x\n"], {"User": REGISTRY.user, "Group": REGISTRY.group}, renamed=["userName", ""]
    )
    (row,) = reader.rows()
    assert isinstance(row, Row)
    assert row.document == {"userName": "ada"}
    assert reader.unknown == []
