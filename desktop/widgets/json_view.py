"""JSON as one reads it: indented, coloured, selectable; what is no JSON is shown as it is."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from desktop import theme

_RULES: Final = (
    (QRegularExpression(r'"(?:[^"\\]|\\.)*"(?=\s*:)'), "accentText"),
    (QRegularExpression(r'(?<=: )"(?:[^"\\]|\\.)*"|^\s+"(?:[^"\\]|\\.)*"(?=,?$)'), "ok"),
    (QRegularExpression(r"(?<![\w\"])(?:true|false|null)(?![\w\"])"), "warn"),
    (QRegularExpression(r"(?<=: )-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"), "info"),
)


class _Colours(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme.current().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        for rule, color in _RULES:
            style = QTextCharFormat()
            style.setForeground(theme.current().color(color))
            found = rule.globalMatch(text)
            while found.hasNext():
                match = found.next()
                self.setFormat(match.capturedStart(), match.capturedLength(), style)


class JsonView(QPlainTextEdit):
    """Read-only; `show_text` takes a body as it was kept."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setProperty("kind", "mono")
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._colours = _Colours(self.document())

    def show_text(self, text: str | None) -> None:
        """Show a body, indented where it is JSON."""
        self.setPlainText(pretty(text or ""))


def pretty(text: str) -> str:
    """Indent JSON; give anything else (a body cut off, a remark) as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
