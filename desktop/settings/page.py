"""The page of settings: sections at the left, one of them in view, and at the foot what is not saved yet.

Read `form.py` next (the fields), then a section such as `address.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from desktop import background, settings_rules
from desktop.messages import worded
from desktop.page import Action, Hit, Page
from desktop.server_process import State
from desktop.settings.about import AboutSection, DiagnosticsSection
from desktop.settings.address import AddressSection
from desktop.settings.appearance import AppearanceSection
from desktop.settings.data import DataSection
from desktop.settings.directory import ActivitySection, LimitsSection, OktaSection
from desktop.settings.encryption import EncryptionSection
from desktop.settings.form import SettingsForm
from desktop.settings.section import Section, SectionList
from desktop.settings.webhooks import ADD, WebhooksSection
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, button, column, label, row
from desktop.widgets.dialog import Dialog
from desktop.widgets.page_header import PageHeader
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from desktop.server_process import Status
    from server.workspace import Setting


class SettingsPage(Page):
    """Changes nothing until it is told to save, but for what is only this window's."""

    name, title, icon = "settings", "Settings", "gear-six"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.form = SettingsForm(self)
        self.banner = Banner()
        self.address = AddressSection(desk, self.form)
        self.data = DataSection(desk, self.form)
        self.webhooks = WebhooksSection(desk, self.form)
        self.appearance = AppearanceSection(desk, self.form)
        self.diagnostics = DiagnosticsSection(desk, self.form)
        okta, activity = OktaSection(desk, self.form), ActivitySection(desk, self.form)
        placed: list[Section] = [self.address, EncryptionSection(desk, self.form), okta, activity, self.data]
        elsewhere = [name for section in placed for name in section.names]
        self.limits = LimitsSection(desk, self.form, elsewhere)
        about = AboutSection(desk, self.form)
        all_sections = [*placed, self.webhooks, self.appearance, self.diagnostics, self.limits, about]
        self.sections: dict[str, Section] = {section.name: section for section in all_sections}
        self.list = SectionList(list(self.sections.values()))
        self.stack = QStackedWidget()
        for section in self.sections.values():
            self.stack.addWidget(section)
        self._is_in_view = False
        self._is_saving = False
        self._words = label("", wrap=True)
        self.discard_button = button(self.tr("Discard"), self.form.discard)
        self.save_button = button(self.tr("Save"), self.save, kind="primary")
        self.save_bar = Card(margins=(16, 10, 12, 10))
        line = row(spacing=10)
        line.addWidget(self._words, 1)
        line.addLayout(row(self.discard_button, self.save_button))
        self.save_bar.body.addLayout(line)
        self.save_bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.save_bar.hide()
        self._lay_out()
        self.form.changed.connect(self._show_changes)
        self.list.chosen.connect(self.show_section)
        for section in (self.data, self.webhooks):
            section.told.connect(lambda words: self.told.emit(words, None))
        desk.endpoint.changed.connect(self._look_at)
        self._look_at(desk.endpoint.status)
        self.list.choose(self.address.name)

    def _lay_out(self) -> None:
        self.body.addWidget(
            PageHeader(self.tr("Settings"), self.tr("What is chosen here stays in the data folder of this machine."))
        )
        self.body.addSpacing(4)
        right = column(self.banner, self.stack, self.save_bar, spacing=12)
        layout = row(self.list, spacing=24)
        layout.addLayout(right, 1)
        self.body.addLayout(layout, 1)

    # -- what the window asks ------------------------------------------------------------------------

    def shown(self) -> None:
        """Read what holds now: another process may have changed it."""
        self._is_in_view = True
        self._load()
        self.section.shown()

    def hidden(self) -> None:
        """Ask what becomes of what is not saved."""
        self._is_in_view = False
        self.section.left()
        if self.form.changes and not self._is_saving:
            UnsavedDialog(self).open()

    def reveal(self, target: object) -> None:
        """Show a section by its name, with what is to be shown in it behind a colon, or a setting by its."""
        name, _, inside = str(target).partition(":")
        if name in self.sections:
            self.list.choose(name)
            if inside:
                self.sections[name].reveal(inside)
            return
        for section in self.sections.values():
            if name in section.setting_names():
                self.list.choose(section.name)
                if section is self.limits:
                    self.limits.unfold()
                if name in self.form.inputs:
                    self.form.inputs[name].setFocus()
                    section.ensureWidgetVisible(self.form.inputs[name])

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        return (
            Action(self.tr("Save the settings"), self.save, "floppy-disk", "Ctrl+S"),
            Action(self.tr("Back up now"), self._back_up, "download-simple"),
            Action(self.tr("Restore a backup"), lambda: self.reveal("data"), "clock-counter-clockwise"),
            Action(self.tr("Open the data folder"), self.data.open_folder, "folder-open"),
            Action(self.tr("Make a diagnostic bundle"), self._make_bundle, "archive-box"),
            Action(self.tr("Licences"), lambda: self.reveal("about"), "scales"),
        )

    def search(self, text: str) -> list[Hit]:
        """Find settings by their words."""
        wanted = text.casefold()
        found = []
        for setting in self.desk.workspace.list_settings():
            if wanted in f"{setting.label} {setting.explanation}".casefold():
                detail = self.tr("Settings · {words}").format(words=setting.explanation)
                found.append(Hit(setting.label, detail, self.icon, self.name, setting.name))
        found += [
            Hit(section.title, self.title, section.icon, self.name, section.name)
            for section in self.sections.values()
            if wanted in section.title.casefold()
        ]
        return [*found, *self._search_webhooks(wanted)]

    def _search_webhooks(self, wanted: str) -> list[Hit]:
        section, detail = self.webhooks, self.tr("Settings · Webhooks")
        words = self.tr("Add a webhook")
        found = []
        if all(word in words.casefold() for word in wanted.split()):
            found.append(Hit(words, detail, "plus", self.name, f"{section.name}:{ADD}"))
        return found + [
            Hit(one.place, detail, section.icon, self.name, f"{section.name}:{one.webhook.id}")
            for one in self.desk.workspace.webhooks.listed()
            if wanted in one.place.casefold()
        ]

    # -- sections --------------------------------------------------------------------------------------

    @property
    def section(self) -> Section:
        """The one in view."""
        section = self.stack.currentWidget()
        assert isinstance(section, Section)
        return section

    def show_section(self, name: str) -> None:
        """Bring one into view."""
        self.section.left()
        self.stack.setCurrentWidget(self.sections[name])
        if self._is_in_view:
            self.section.shown()

    def _back_up(self) -> None:
        self.reveal("data")
        self.data.back_up()

    def _make_bundle(self) -> None:
        self.reveal("diagnostics")
        self.diagnostics.make_bundle()

    # -- reading ---------------------------------------------------------------------------------------

    def _load(self) -> None:
        background.run(self, self.desk.workspace.list_settings, self._show_settings, self._could_not_load)

    def _show_settings(self, settings: Sequence[Setting]) -> None:
        self.form.take(settings)
        self._look_at(self.desk.endpoint.status)

    def _could_not_load(self, error: Exception) -> None:
        name = settings_rules.setting_of(error) if isinstance(error, Fault) else ""
        if name:
            self._say_mistake(str(error.detail), name)  # type: ignore[attr-defined] # a Fault, see above
        else:
            self.banner.say(str(worded(error)), "err", self.tr("Open folder"), self.data.open_folder)

    def _say_mistake(self, detail: str, name: str) -> None:
        """Offer the way out of a value in the file that nothing can be made of."""
        self.banner.say(
            detail, "err", self.tr("Use the default"), lambda: self._write({name: None}, needs_restart=True)
        )

    def _look_at(self, status: Status) -> None:
        if status.fault is FaultCode.SETTING_INVALID:
            self.banner.say(status.detail, "err", self.tr("Open folder"), self.data.open_folder)
        elif status.state is not State.FAILED and self.banner.property("tone") == "err":
            self.banner.hide()
        self._show_changes()

    # -- saving ----------------------------------------------------------------------------------------

    def _show_changes(self) -> None:
        changes = self.form.changes
        self.list.mark({s.name for s in self.sections.values() if any(name in changes for name in s.setting_names())})
        self.save_bar.setVisible(bool(changes))
        restarts = self.form.needs_restart and self._restarts_with_us()
        self.save_button.setText(self.tr("Save and restart the endpoint") if restarts else self.tr("Save"))
        self.save_button.setAccessibleName(self.save_button.text())
        number = len(changes)
        words = self.tr("1 change is not saved.") if number == 1 else self.tr("{number} changes are not saved.")
        more = self.tr("Okta gets no answer for a second, and tries again by itself.") if restarts else ""
        self._words.setText(f"{words.format(number=number)} {more}".strip())
        self.save_bar.setAccessibleName(self._words.text())

    def _restarts_with_us(self) -> bool:
        return self.desk.endpoint.status.state not in {State.PAUSED, State.ATTACHED}

    def save(self) -> None:
        """Write what was changed, if it may be, and have the endpoint go by it."""
        changes = self.form.changes
        if not changes or self._is_saving:
            return
        wrong = self.form.complain_about_all()
        if wrong:
            self.reveal(wrong)
            return
        self._write(changes, needs_restart=self.form.needs_restart)

    def _write(self, changes: dict[str, Any], *, needs_restart: bool) -> None:
        workspace, values, served = self.desk.workspace, self.form.values, self.desk.endpoint.status.local_url

        def write() -> None:
            if values and {"host", "port"} & set(changes):
                host, port = (settings_rules.read(name, values[name]) for name in ("host", "port"))
                settings_rules.ensure_free(host, port, served)
            workspace.save_settings(changes)

        self._is_saving = True
        self.save_button.setEnabled(False)
        task = background.run(self, write, lambda _: self._saved(needs_restart=needs_restart), self._could_not_save)
        task.ended.connect(self._is_over)

    def _is_over(self) -> None:
        self._is_saving = False
        self.save_button.setEnabled(True)

    def _saved(self, *, needs_restart: bool) -> None:
        self.banner.hide()
        self.address.port_banner.hide()
        self.form.saved()
        self._load()
        if not needs_restart:
            self.told.emit(self.tr("Saved."), None)
        elif self._restarts_with_us():
            self.desk.endpoint.restart()
            self.told.emit(self.tr("Saved. The endpoint starts again and goes by it."), None)
        elif self.desk.endpoint.status.state is State.ATTACHED:
            self.banner.say(
                self.tr("Saved. The endpoint is another process, a service or a terminal: restart it there, too."),
                "warn",
                closable=True,
            )
        else:
            self.told.emit(self.tr("Saved. The endpoint goes by it when you resume it."), None)

    def _could_not_save(self, error: Exception) -> None:
        if isinstance(error, settings_rules.PortTaken):
            self.reveal("port")
            self.address.offer(error)
            return
        name = ""
        if isinstance(error, Fault):
            name = self.form.complain(error)
            if error.code is FaultCode.ADDRESS_UNUSABLE and "host" in self.form.inputs:
                name = "host"
                self.form.inputs[name].field.complain(str(worded(error)))
        if name:
            self.reveal(name)
        if name not in self.form.changes:
            self.banner.say(str(worded(error)), "err", closable=True)


class UnsavedDialog(Dialog):
    """Asked when somebody goes to another page: nothing is lost without a word."""

    def __init__(self, page: SettingsPage) -> None:
        parent: QWidget = page.window()
        super().__init__(parent, page.tr("The settings are not saved"), icon="warning", tone="warn", width=480)
        names = ", ".join(page.form.inputs[name].setting.label for name in page.form.changes)
        self.body.addWidget(label(self.tr("You changed: {names}.").format(names=names), wrap=True))
        self.add_button(self.tr("Discard"), self._discard, left=True)
        self.add_button(self.tr("Back to the settings"), self.reject)
        self.add_button(page.save_button.text(), self.accept, kind="primary")
        self._page = page
        self.accepted.connect(self._save)
        self.rejected.connect(lambda: page.navigated.emit(page.name, None))

    def _discard(self) -> None:
        self._page.form.discard()
        self.done(-1)

    def _save(self) -> None:
        wrong = self._page.form.complain_about_all()
        if wrong:
            self._page.navigated.emit(self._page.name, wrong)
        else:
            self._page.save()
