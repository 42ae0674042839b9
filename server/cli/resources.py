"""``perch user`` and ``perch group``: the directory, read and changed by hand.

Belongs here: arguments, and which columns people read. Must not know: what an attribute may hold.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from server.cli.attributes import attribute_values, change_operations
from server.cli.invocation import Commands, Failure, Invocation, pass_invocation
from server.cli.output import (
    BAD,
    CAREFUL,
    GOOD,
    QUIET,
    Column,
    amount,
    is_terminal,
    json_option,
    moment,
    say,
    show_details,
    show_json,
    show_table,
)
from server.scim.schemas import ENTERPRISE_USER_URN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.workspace import Done, Kind, Workspace

USER_COLUMNS = (
    Column("userName", "userName", style="bold"),
    Column("Name", "name"),
    Column("Email", "email", spare=2),
    Column("Status", "status", fixed=True),
    Column("Groups", "groups", justify="right", fixed=True, spare=1),
    Column("Id", "id", style=QUIET, fixed=True, spare=3),
)
GROUP_COLUMNS = (
    Column("displayName", "displayName", style="bold"),
    Column("Members", "members", justify="right", fixed=True),
    Column("Changed", "changed", fixed=True, spare=1),
    Column("Id", "id", style=QUIET, fixed=True, spare=2),
)


@click.group(cls=Commands)
def user() -> None:
    """Look at people and change them. REF is an id or a userName."""


@click.group(cls=Commands)
def group() -> None:
    """Look at groups and change them. REF is an id or a displayName."""


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a list."""
    for option in (
        json_option,
        click.option("--count", type=click.IntRange(min=0), help="How many; all of them unless given."),
        click.option("--descending", is_flag=True, help="Sort from the end."),
        click.option("--sort", "sort_by", metavar="ATTRIBUTE", help="Sort by an attribute, such as name.familyName."),
        click.option(
            "--filter",
            "filter_text",
            metavar="FILTER",
            help="A SCIM filter, such as 'title pr and active eq false'.",
        ),
    ):
        command = option(command)
    return command


@user.command("list")
@list_options
@pass_invocation
def list_users(invocation: Invocation, /, **options: Any) -> None:
    """List people."""
    _list(invocation, "User", **options)


@group.command("list")
@list_options
@pass_invocation
def list_groups(invocation: Invocation, /, **options: Any) -> None:
    """List groups."""
    _list(invocation, "Group", **options)


def _list(
    invocation: Invocation,
    kind: Kind,
    *,
    filter_text: str | None,
    sort_by: str | None,
    descending: bool,
    count: int | None,
    as_json: bool,
) -> None:
    chosen = {"filter": filter_text, "sortBy": sort_by, "sortOrder": "descending" if descending else None}
    parameters = {name: value for name, value in chosen.items() if value is not None}
    with invocation.workspace() as workspace:
        found: list[dict[str, Any]] = []
        for one in workspace.walk(kind, **parameters) if count != 0 else ():
            found.append(one)
            if len(found) == count:
                break
        total = workspace.query(kind, **parameters, count="0").total if count is not None else len(found)
    noun = kind.lower()
    show_table(
        [_user_row(one) if kind == "User" else _group_row(one) for one in found],
        USER_COLUMNS if kind == "User" else GROUP_COLUMNS,
        as_json=as_json,
        documents=found,
        nothing=f"No {noun} {'matches' if filter_text else 'is here yet'}.",
    )
    if found and is_terminal() and not as_json:
        say(
            amount(total, noun) if len(found) == total else f"{len(found):,} of {amount(total, noun)}",
            style=QUIET,
        )


def _user_row(one: dict[str, Any]) -> dict[str, Any]:
    emails = one.get("emails") or [{}]
    email = next((each for each in emails if each.get("primary")), emails[0])
    active = one.get("active", True)
    return {
        "userName": one["userName"],
        "name": one.get("displayName") or one.get("name", {}).get("formatted", ""),
        "email": email.get("value", ""),
        "status": Text("active" if active else "inactive", style=GOOD if active else BAD),
        "groups": str(len(one.get("groups", ())) or ""),
        "id": one["id"],
    }


def _group_row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "displayName": one["displayName"],
        "members": f"{len(one.get('members', ())):,}" if is_terminal() else len(one.get("members", ())),
        "changed": moment(one["meta"]["lastModified"]),
        "id": one["id"],
    }


@user.command("show")
@click.argument("reference", metavar="REF")
@click.option("--history", is_flag=True, help="Show who changed what, too.")
@json_option
@pass_invocation
def show_user(invocation: Invocation, reference: str, history: bool, as_json: bool) -> None:
    """Show a person."""
    _show(invocation, "User", reference, history=history, as_json=as_json)


@group.command("show")
@click.argument("reference", metavar="REF")
@click.option("--history", is_flag=True, help="Show who changed what, too.")
@json_option
@pass_invocation
def show_group(invocation: Invocation, reference: str, history: bool, as_json: bool) -> None:
    """Show a group and its members."""
    _show(invocation, "Group", reference, history=history, as_json=as_json)


def _show(invocation: Invocation, kind: Kind, reference: str, *, history: bool, as_json: bool) -> None:
    with invocation.workspace() as workspace:
        document = workspace.show(kind, reference)
        changes = workspace.changes(document["id"]) if history else []
    lines = [{"at": one.at, "actor": one.actor, "operation": one.operation, "summary": one.summary} for one in changes]
    if as_json:
        show_json(document | ({"history": lines} if history else {}))
        return
    show_details([("id", document["id"]), *_attributes(document)])
    if history:
        click.echo()
        show_table(
            [line | {"at": moment(line["at"])} for line in lines],
            (Column("When", "at", fixed=True), Column("Who", "actor"), Column("What", "summary", wraps=True)),
            as_json=False,
            nothing="",
        )


def _attributes(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a person reads of a resource, an attribute each line, in the spelling that `edit` takes."""
    for name, value in document.items():
        if name in {"schemas", "id", "meta"}:
            continue
        if isinstance(value, dict):
            before = "" if name == ENTERPRISE_USER_URN else f"{name}:" if ":" in name else f"{name}."
            yield from ((f"{before}{inner}", _short(each)) for inner, each in value.items())
        elif isinstance(value, list):
            yield from ((name, _short(each)) for each in value)
        else:
            yield name, value
    yield "created", moment(document["meta"]["created"])
    yield "changed", moment(document["meta"]["lastModified"])


def _short(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    main = str(value.get("display") or value.get("value") or "")
    if not main:
        return ", ".join(f"{name} {each}" for name, each in value.items() if name != "$ref")
    beside = [str(value[name]) for name in ("type",) if value.get(name) not in (None, "direct")]
    beside += ["primary"] if value.get("primary") else []
    beside += [str(value["value"])] if value.get("display") and value.get("value") else []
    return f"{main} ({', '.join(beside)})" if beside else main


@user.command("create")
@click.argument("user_name", metavar="USERNAME")
@click.argument("pairs", metavar="[ATTRIBUTE=VALUE]...", nargs=-1)
@click.option("--given", metavar="NAME", help="The given name.")
@click.option("--family", metavar="NAME", help="The family name.")
@click.option("--email", metavar="ADDRESS", help="The work address; a USERNAME that is one stands in for it.")
@json_option
@pass_invocation
def create_user(
    invocation: Invocation,
    *,
    user_name: str,
    pairs: tuple[str, ...],
    given: str | None,
    family: str | None,
    email: str | None,
    as_json: bool,
) -> None:
    """Create a person: perch user create ada@example.com --given Ada --family Lovelace title=Countess."""
    named = (("name.givenName", given), ("name.familyName", family))
    address = email or (user_name if "@" in user_name else None)
    with invocation.workspace() as workspace:
        body: dict[str, Any] = {"userName": user_name}
        body |= {path: value for path, value in named if value}
        body |= attribute_values(pairs, workspace.registry.user)
        if address and "emails" not in body:
            body["emails"] = [{"value": address, "type": "work", "primary": True}]
        _create(workspace, "User", body, as_json=as_json)


@group.command("create")
@click.argument("display_name", metavar="DISPLAYNAME")
@click.argument("members", metavar="[MEMBER]...", nargs=-1)
@json_option
@pass_invocation
def create_group(invocation: Invocation, display_name: str, members: tuple[str, ...], as_json: bool) -> None:
    """Create a group, with members (id or userName) if you like."""
    with invocation.workspace() as workspace:
        listed = [{"value": workspace.find_member(member)} for member in members]
        body = {"displayName": display_name, "members": listed}
        _create(workspace, "Group", body, as_json=as_json)


def _create(workspace: Workspace, kind: Kind, body: dict[str, Any], *, as_json: bool) -> None:
    done = workspace.create(kind, body)
    _report(done)
    if as_json:
        show_json(workspace.show(kind, done.resource_id))
    else:
        click.echo(done.resource_id)


@user.command("edit")
@click.argument("reference", metavar="REF")
@click.argument("pairs", metavar="ATTRIBUTE=VALUE...", nargs=-1, required=True)
@pass_invocation
def edit_user(invocation: Invocation, reference: str, pairs: tuple[str, ...]) -> None:
    """Change a person: perch user edit ada title=Countess nickName= department=Ops.

    Paths are SCIM's: name.givenName, 'emails[type eq "work"].value'. An empty value
    clears the attribute. All changes are made, or none.
    """
    with invocation.workspace() as workspace:
        operations = change_operations(pairs, workspace.registry.user)
        _report(workspace.modify("User", reference, operations))


@user.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@pass_invocation
def deactivate(invocation: Invocation, references: tuple[str, ...]) -> None:
    """Deactivate people; they stay in the directory."""
    with invocation.workspace() as workspace:
        for reference in references:
            _report(workspace.set_active(reference, active=False))


@user.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@pass_invocation
def reactivate(invocation: Invocation, references: tuple[str, ...]) -> None:
    """Reactivate people."""
    with invocation.workspace() as workspace:
        for reference in references:
            _report(workspace.set_active(reference, active=True))


def delete_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what every deletion takes."""
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.argument("reference", metavar="REF"),
    ):
        command = option(command)
    return command


@user.command("delete")
@delete_options
@pass_invocation
def delete_user(invocation: Invocation, reference: str, yes: bool) -> None:
    """Delete a person for good; Okta creates them anew when it pushes them again."""
    _delete(invocation, "User", reference, yes=yes)


@group.command("delete")
@delete_options
@pass_invocation
def delete_group(invocation: Invocation, reference: str, yes: bool) -> None:
    """Delete a group; its members stay."""
    _delete(invocation, "Group", reference, yes=yes)


def _delete(invocation: Invocation, kind: Kind, reference: str, *, yes: bool) -> None:
    with invocation.workspace() as workspace:
        resource_id = workspace.find(kind, reference)
        if not yes:
            _confirm(f"Delete the {kind.lower()} {reference} for good?")
        _report(workspace.delete(kind, resource_id))


def _confirm(question: str) -> None:
    """Ask a person; where there is nobody to ask, --yes has to say it."""
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask: repeat the command with --yes.")
    if not click.confirm(question, err=True):
        raise Failure("Nothing was deleted.")


@group.command()
@click.argument("reference", metavar="REF")
@click.argument("display_name", metavar="DISPLAYNAME")
@pass_invocation
def rename(invocation: Invocation, reference: str, display_name: str) -> None:
    """Give a group another name."""
    operation = {"op": "replace", "path": "displayName", "value": display_name}
    with invocation.workspace() as workspace:
        _report(workspace.modify("Group", reference, [operation]))


@group.command()
@click.argument("reference", metavar="REF")
@click.argument("members", metavar="MEMBER...", nargs=-1, required=True)
@pass_invocation
def add(invocation: Invocation, reference: str, members: tuple[str, ...]) -> None:
    """Add members to a group: people (id or userName) or groups (id or displayName)."""
    with invocation.workspace() as workspace:
        _report(workspace.add_members(reference, members))


@group.command()
@click.argument("reference", metavar="REF")
@click.argument("members", metavar="MEMBER...", nargs=-1, required=True)
@pass_invocation
def remove(invocation: Invocation, reference: str, members: tuple[str, ...]) -> None:
    """Take members out of a group."""
    with invocation.workspace() as workspace:
        _report(workspace.remove_members(reference, members))


def _report(done: Done) -> None:
    """Say on stderr what was done, as the audit has it."""
    say(f"{done.meaning[:1].upper()}{done.meaning[1:]}.")
    for name in done.ignored:
        say(f"Not understood and left out: {name}.", style=CAREFUL)
