"""How a webhook fares, in words: what its consumer did, which address is meant, how many events.

Belongs here: text. Must not know: widgets, where a webhook is shown.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QLocale


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("webhook_words", text)


def host(url: str) -> str:
    """Name the machine that an address leads to, with the port where it has one."""
    return urlsplit(url).netloc or url


def deed(problem: str) -> str:
    """Say what a consumer did instead of taking an event, beginning large: "Answered 503"."""
    return problem[:1].upper() + problem[1:]


def sentence(problem: str) -> str:
    """Say the same as a sentence: "It answered 503."; what is one already stays as it is."""
    if problem[:1].isupper():
        return problem
    return tr("It {deed}.").format(deed=problem)


def events(number: int) -> str:
    """Say how many events."""
    return tr("1 event") if number == 1 else tr("{number} events").format(number=QLocale().toString(number))
