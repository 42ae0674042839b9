"""A field of a form: its name above, what is wrong with it below, in the endpoint's own words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import column, label, set_property


class Field(QWidget):
    """Wraps an input; `complain` shows an error beside it, `praise` takes it away."""

    def __init__(self, name: str, control: QWidget, hint: str = "", *, required: bool = False) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.control = control
        self._name = label(f"{name} *" if required else name, "small")
        self._name.setBuddy(control)
        if not control.accessibleName():
            control.setAccessibleName(name)
        self._hint_text = hint
        self._note = label(hint, "small", wrap=True)
        self.setLayout(column(self._name, control, self._note, spacing=4))
        # Only now: a label without a parent that is made visible is a window of its own.
        self._name.setVisible(bool(name))
        self._note.setVisible(bool(hint))
        self.setFocusProxy(control)

    @property
    def complaint(self) -> str:
        """What is wrong now; empty when nothing is."""
        return self._note.text() if self.control.property("invalid") else ""

    def complain(self, sentence: str) -> None:
        """Show what is wrong."""
        self._note.setText(sentence)
        self._note.show()
        set_property(self._note, "kind", "error")
        set_property(self.control, "invalid", "true")
        self.control.setAccessibleDescription(sentence)

    def hint(self, sentence: str, kind: str = "small") -> None:
        """Say what the value comes to; ``kind`` is small, or caution for what is allowed but unwise."""
        self._hint_text = sentence
        self.praise()
        set_property(self._note, "kind", kind)

    def praise(self) -> None:
        """Take the complaint away."""
        self._note.setText(self._hint_text)
        self._note.setVisible(bool(self._hint_text))
        set_property(self._note, "kind", "small")
        set_property(self.control, "invalid", None)
        self.control.setAccessibleDescription(self._hint_text)
