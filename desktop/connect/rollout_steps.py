"""The last steps: what is switched on, assigned, imported and pushed in Okta, each green once it has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.connect.forms import FORMS, AppKind
from desktop.connect.step_card import StepCard, part_of_okta, ticks
from desktop.widgets import when
from desktop.widgets.basics import column, plain
from desktop.widgets.checklist import Progress, progress_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from desktop.connect.snapshot import Snapshot
    from desktop.widgets.seen import Seen


class RolloutStep(StepCard):
    """Some parts of each form's rollout, and the features that prove them."""

    def __init__(self, number: int, title: str, waits_for: str, parts: slice, proofs: Sequence[str]) -> None:
        """Take which parts of `Form.rollout`, and the names of the checks that show them to work."""
        super().__init__(number, title, waits_for)
        self._proofs = frozenset(proofs)
        self._forms = {kind: self._form(kind, parts) for kind in AppKind}
        for form in self._forms.values():
            self.inside.addWidget(form)
        self.show_kind(AppKind.CUSTOM)

    @staticmethod
    def _form(kind: AppKind, parts: slice) -> QWidget:
        layout = column(spacing=14)
        for part in FORMS[kind].rollout[parts]:
            layout.addWidget(part_of_okta(part, *(ticks(entry.values) for entry in part.entries)))
        return plain(layout)

    def show_kind(self, kind: AppKind) -> None:
        """Show the words of another kind of app."""
        for one, form in self._forms.items():
            form.setVisible(one is kind)

    def show_snapshot(self, taken: Snapshot) -> None:
        """Turn green when all that belongs here has come from Okta."""
        seen = [one for one in taken.seen if one.check.name in self._proofs]
        done = [one for one in seen if one.is_done]
        if not done:
            is_tried = any(one.by is not None for one in seen)
            self.say(
                Progress.TRIED if is_tried else Progress.OPEN,
                self.tr("Tried, but not by Okta yet.") if is_tried else "",
            )
            return
        newest: Seen = max(done, key=lambda one: one.last)
        words = self.tr("{done} of {all} seen from Okta, last {when} with {token}.").format(
            done=len(done), all=len(seen), when=when.ago(newest.last), token=newest.token
        )
        progress = progress_of(newest) if len(done) == len(seen) else Progress.OPEN
        self.say(progress, words, when.exact(newest.last))
