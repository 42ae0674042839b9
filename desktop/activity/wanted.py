"""Which requests a person wants to see: the filters of the page, as a value.

Belongs here: what can be filtered by, and how it is asked of the log. Must not know: widgets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.records import ActivityRecord

Direction = Literal["", "reads", "writes"]
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that may change something; a search by POST is a read all the same."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is given must hold; nothing given is every request."""

    errors_only: bool = False
    direction: Direction = ""
    feature: str = ""
    token_id: str = ""
    token_label: str = ""
    """How the token is called, for the chip."""
    resource_id: str = ""
    resource_label: str = ""
    """How the person or the group is called, for the chip."""
    text: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Wanted()

    def asked(self) -> dict[str, Any]:
        """Give the filters that the log itself knows."""
        return {
            "errors_only": self.errors_only,
            "feature": self.feature or None,
            "token_id": self.token_id or None,
            "resource_id": self.resource_id or None,
            "text": self.text or None,
        }

    def takes(self, record: ActivityRecord) -> bool:
        """Tell whether a record that the log found holds what only this side knows."""
        return not self.direction or is_write(record.method, record.path) == (self.direction == "writes")

    def holds(self, record: ActivityRecord) -> bool:
        """Tell whether a record is wanted, where no log has looked before."""
        folded = self.text.casefold()
        texts = (record.path, record.query, record.meaning, record.request_body, record.response_body)
        return (
            (not self.errors_only or record.status >= 400)
            and (not self.feature or record.feature == self.feature)
            and (not self.token_id or record.token_id == self.token_id)
            and (not self.resource_id or record.resource_id == self.resource_id)
            and (not folded or folded == record.request_id or any(folded in (text or "").casefold() for text in texts))
            and self.takes(record)
        )

    def without(self, name: str) -> Wanted:
        """Take one filter away."""
        values: dict[str, Any] = {name: getattr(Wanted(), name)}
        if name in {"token_id", "resource_id"}:
            values[f"{name.removesuffix('_id')}_label"] = ""
        return replace(self, **values)


def is_write(method: str, path: str) -> bool:
    """Tell whether a request asks for a change."""
    return method in WRITES and not path.rstrip("/").lower().endswith("/.search")


def from_target(target: Mapping[str, Any]) -> Wanted:
    """Read what another page asks for: ``{"resource_id": …, "name": …}``, ``{"token_id": …, "name": …}`` and so on."""
    name = str(target.get("name") or "")
    resource_id, token_id = str(target.get("resource_id") or ""), str(target.get("token_id") or "")
    return Wanted(
        errors_only=bool(target.get("errors_only")),
        feature=str(target.get("feature") or ""),
        token_id=token_id,
        token_label=name if token_id and not resource_id else "",
        resource_id=resource_id,
        resource_label=name if resource_id else "",
        text=str(target.get("text") or ""),
    )
