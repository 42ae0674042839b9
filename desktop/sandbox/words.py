"""A request and its answer in the few words that fit on a wire.

Belongs here: text and tones of a step. Must not know: widgets.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from PySide6.QtCore import QCoreApplication

from desktop.widgets.request_words import status_tone

if TYPE_CHECKING:
    from server.okta.scenario import Step

_ID: Final = re.compile(r"(/(?:Users|Groups)/)([^/?]{9,})")
"""An id in a path; nobody reads it on a projector."""
KEPT: Final = 6


def tr(text: str) -> str:
    """Translate words of the sandbox."""
    return QCoreApplication.translate("sandbox", text)


def path_of(step: Step) -> str:
    """Write path and query as a person reads them: escapes undone, ids cut short."""
    path = _ID.sub(lambda found: f"{found[1]}{found[2][:KEPT]}…", step.target)
    path, _, query = path.partition("?")
    # What Okta asks is in the filter; the page it begins with follows it always.
    shown = unquote(query).replace("&startIndex=1&count=100", "") if "filter=" in query else query
    shown = shown.removeprefix("filter=")
    return f"{path}?{shown}" if shown else path


def said(step: Step) -> str:
    """Write path and query, and after it what the body is about, where it says so in a word."""
    gist = gist_of(step.request_body)
    return f"{path_of(step)}  {gist}" if gist else path_of(step)


def gist_of(body: bytes | None) -> str:
    """Give what a body is about: a userName, a group's name, ``active: false``; empty where it is no such thing."""
    try:
        document = json.loads(body or b"null")
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    operations = document.get("Operations")
    if isinstance(operations, list):
        return ", ".join(filter(None, map(_operation, operations)))
    name = document.get("userName") or document.get("displayName")
    if not isinstance(name, str):
        return ""
    # The part before the @ is enough to know them by.
    name = name.partition("@")[0]
    if document.get("active") is False:
        return f"active: false, {name}"
    listed = document.get("members")
    return f"{name}, {members(len(listed))}" if isinstance(listed, list) else name


def members(number: int) -> str:
    """Say how many members there are."""
    return tr("1 member") if number == 1 else tr("{number} members").format(number=number)


def _operation(operation: Any) -> str:
    if not isinstance(operation, dict):
        return ""
    value = operation.get("value")
    if isinstance(value, dict):
        shown = {name: "••••" if name == "password" else one for name, one in value.items() if name != "id"}
        return ", ".join(f"{name}: {json.dumps(one, ensure_ascii=False)}" for name, one in shown.items())
    path = str(operation.get("path") or "")
    if path.startswith("members"):
        number = len(value) if isinstance(value, list) else 1
        return f"{operation.get('op')} {members(number)}"
    return f"{operation.get('op')} {path}".strip()


def answered(step: Step) -> str:
    """Write how a request was answered: ``201 Created``, or that it was not."""
    return f"{step.status} {step.answer.reason}".strip() if step.status else tr("No answer")


def step_tone(step: Step) -> str:
    """Colour an answer: what Okta does not get past is as bad as an error."""
    if not step.verdict.ok:
        return "err"
    return status_tone(step.status) if step.status else "err"
