"""One request of Okta's in full: what was sent, what came back, what Okta makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QTabWidget

from desktop.sandbox.words import answered, step_tone
from desktop.widgets import when
from desktop.widgets.basics import Pill, label, row
from desktop.widgets.dialog import Dialog
from desktop.widgets.json_view import JsonView
from desktop.widgets.request_words import method_tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from server.okta.scenario import Step


_PASSWORD: Final = re.compile(r'("password"\s*:\s*)"(?:[^"\\]|\\.)*"')
"""Made up as it may be: what looks like a password is not put on a projector."""


class RequestDialog(Dialog):
    """Open it with `open()`; bodies are as they went over the wire, the token is not among what is shown."""

    def __init__(self, parent: QWidget | None, step: Step) -> None:
        super().__init__(parent, step.feature.label, icon="arrows-left-right", width=640)
        self.step = step
        pills = row(
            Pill(step.method, method_tone(step.method)),
            Pill(answered(step), step_tone(step)),
            label(when.took(step.duration), "muted"),
            None,
        )
        self.body.addLayout(pills)
        self.body.addWidget(label(step.target, "mono", wrap=True, selectable=True))
        verdict = step.verdict
        words = " ".join(filter(None, (verdict.sentence, verdict.remedy)))
        self.banner.say(f"{words} ({verdict.source})", "ok" if verdict.ok else "err")
        self.request = JsonView(self.tr("Body of the request"))
        self.request.show_text(
            _text(step.request_body) or self.tr("A {method} has no body.").format(method=step.method)
        )
        self.answer = JsonView(self.tr("Body of the answer"))
        self.answer.show_text(_text(step.answer.body) or self.tr("No body came back."))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Bodies"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.addTab(self.request, self.tr("Request"))
        self.tabs.addTab(self.answer, self.tr("Answer"))
        self.tabs.setCurrentIndex(0 if step.request_body else 1)
        self.tabs.setMinimumHeight(320)
        self.body.addWidget(self.tabs, 1)
        self.add_button(self.tr("Close"), self.accept, kind="primary")


def _text(body: bytes | None) -> str:
    return _PASSWORD.sub(r'\1"••••••••"', (body or b"").decode("utf-8", "replace"))
