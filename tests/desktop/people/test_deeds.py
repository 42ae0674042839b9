from __future__ import annotations

import pytest

from desktop.background import Cancelled
from desktop.people import deeds
from desktop.people.deeds import Deed
from server.workspace import ScimError, Workspace
from tests.desktop.people.persons import fill


def quiet(done: int, total: int) -> None:
    assert done < total


def is_active(workspace: Workspace, person: str) -> bool:
    return workspace.show("User", person)["active"] is not False


def test_many_are_deactivated_and_all_of_it_is_undone(workspace: Workspace) -> None:
    ids = fill(workspace)
    workspace.set_active(ids[0], active=False)
    deed = deeds.set_active(workspace, ids, Deed(), quiet, active=False)
    assert (deed.done, deed.unchanged) == (5, 1)
    assert not any(is_active(workspace, one) for one in ids)
    assert deed.undo(workspace, quiet) == 5
    # Who was deactivated before stays so.
    assert [is_active(workspace, one) for one in ids] == [False, True, True, True, True, True]


def test_the_deleted_come_back_with_their_groups(workspace: Workspace) -> None:
    ids = fill(workspace)
    workspace.create("Group", {"displayName": "Engines", "members": [{"value": one} for one in ids]})
    deed = deeds.delete(workspace, [*ids[:2], "gone"], Deed(), quiet)
    assert (deed.done, deed.unchanged) == (2, 1)
    assert workspace.count_people() == 4
    deed.undo(workspace, quiet)
    assert [group.display_name for group in workspace.groups_of(ids[0])] == ["Engines"]


def test_what_is_done_until_a_cancel_is_known(workspace: Workspace) -> None:
    ids = fill(workspace)
    deed = Deed()

    def stop_at_two(done: int, _: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        deeds.delete(workspace, ids, deed, stop_at_two)
    assert (deed.done, len(deed.changes)) == (2, 2)


def test_a_single_undo_that_is_refused_says_so_and_one_of_many_does_not(workspace: Workspace) -> None:
    ids = fill(workspace)
    deed = deeds.set_active(workspace, ids[:1], Deed(), quiet, active=False)
    workspace.modify("User", ids[0], [{"op": "replace", "path": "title", "value": "Countess"}])
    with pytest.raises(ScimError, match="was not undone"):
        deed.undo(workspace, quiet)
    deeds.set_active(workspace, ids[1:2], deed, quiet, active=False)
    assert deed.undo(workspace, quiet) == 1
    assert is_active(workspace, ids[1])


def test_the_newest_change_of_somebody_else_is_not_ours(workspace: Workspace) -> None:
    (one, *_) = fill(workspace)
    _, seq = deeds.tracked(workspace, one, lambda: workspace.set_active(one, active=True))
    assert seq is None


def test_ids_are_read_by_ranges() -> None:
    rows = [str(number) for number in range(1200)]
    read = deeds.read_ids(lambda offset, limit: rows[offset : offset + limit], [(3, 4), (10, 1100)])
    assert read == [*rows[3:5], *rows[10:1101]]
