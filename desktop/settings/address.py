"""The section of the address: where Perch listens, what Okta is given, and whether Okta's cloud could use that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop import background, settings_rules
from desktop.server_process import next_free_port
from desktop.settings.section import Section
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, label, picture, plain, row, set_property
from desktop.widgets.copy_field import CopyField
from server.faults import FaultCode
from server.okta.trial import is_reachable_from_cloud

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from desktop.server_process import Status
    from desktop.settings.form import SettingsForm
    from server.okta.trial import WayOut


class AddressSection(Section):
    """Shows while somebody types what the base URL becomes, and says before Okta does when it cannot be reached."""

    name, title, icon = "address", "Address", "link-simple"
    names = ("public_url", "host", "port", "insecure_bind")

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(
            desk, form, self.tr("Where Perch listens on this machine, and the address that Okta is given.")
        )
        self.port_banner = Banner()
        self.cards.addWidget(self.port_banner)
        self.base_url = CopyField(self.tr("SCIM base URL"), "", desk.clipboard, width=120)
        self.reach = label("", "small", wrap=True)
        self._ways = column(spacing=12)
        self._ways_around = plain(self._ways)
        self._listening = self.add()
        self.add(self.base_url, self.reach, self._ways_around, title=self.tr("What Okta is given"))
        self.end()
        form.changed.connect(self._preview)
        desk.endpoint.changed.connect(self._look_at)

    def place(self) -> None:
        """Take the fields."""
        public, host, port, insecure = (self.form.inputs[name] for name in self.names)
        self._listening.body.addWidget(public)
        beside = row(spacing=16)
        beside.addWidget(host, 1, Qt.AlignmentFlag.AlignTop)
        beside.addWidget(port, 1, Qt.AlignmentFlag.AlignTop)
        self._listening.body.addLayout(beside)
        self._listening.body.addWidget(insecure)
        public.control.setPlaceholderText(self.tr("https://scim.example.com"))  # type: ignore[attr-defined] # a line
        self._look_at(self.desk.endpoint.status)

    def offer(self, taken: settings_rules.PortTaken) -> None:
        """Say that the port cannot be had, and offer one that can."""
        words = settings_rules.words_of_taken(taken)
        self.form.inputs["port"].field.complain(words)
        self.port_banner.say(
            words, "err", self.tr("Use port {port}").format(port=taken.free), lambda: self.use_port(taken.free)
        )

    def use_port(self, port: int) -> None:
        """Fill a port in, ready to be saved."""
        self.port_banner.hide()
        self.form.inputs["port"].propose(port)
        self.form.inputs["port"].control.setFocus()  # type: ignore[attr-defined] # a widget

    def _preview(self) -> None:
        url = settings_rules.base_url_of(self.form.values) if self.form.inputs else ""
        if url == self.base_url.value and url:
            return
        self.base_url.set_value(url or "—")
        self.base_url.button.setEnabled(bool(url))
        if not url:
            is_picked = bool(self.form.inputs) and str(self.form.inputs["port"].value) == "0"
            words = self.tr("The system picks a port at each start, so the address changes each time.")
            self.reach.setText(words if is_picked else self.tr("As soon as the fields above are right."))
            self._show_ways(())
            return
        reach = is_reachable_from_cloud(url)
        set_property(self.reach, "kind", "small" if reach.ok else "caution")
        self.reach.setText(
            self.tr("Okta's cloud can use this address, as far as the address itself tells.")
            if reach.ok
            else self.tr("{reason} There are three ways out:").format(reason=reach.reason)
        )
        self._show_ways(reach.ways_out)

    def _show_ways(self, ways: tuple[WayOut, ...]) -> None:
        while (item := self._ways.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for way, icon in zip(ways, ("globe", "arrows-left-right", "buildings"), strict=False):
            self._ways.addWidget(_way_out(way, icon))
        self._ways_around.setVisible(bool(ways))

    def _look_at(self, status: Status) -> None:
        """Offer another port when the endpoint could not have its own."""
        if status.fault in {FaultCode.PORT_IN_USE, FaultCode.PORT_FORBIDDEN}:
            config = self.desk.workspace.config
            background.run(
                self,
                lambda: settings_rules.PortTaken(config.port, next_free_port(max(config.port, 1023), config.host)),
                self._offer_at_start,
                lambda _: self.port_banner.hide(),
            )
        elif status.is_serving:
            self.port_banner.hide()

    def _offer_at_start(self, taken: settings_rules.PortTaken) -> None:
        if "port" in self.form.inputs and not self.desk.endpoint.status.is_serving:
            self.offer(taken)


def _way_out(way: WayOut, icon: str) -> QWidget:
    line = row(spacing=12)
    line.addWidget(picture(icon, "accentText", 20), 0, Qt.AlignmentFlag.AlignTop)
    line.addLayout(column(label(way.title, "strong"), label(way.sentence, "small", wrap=True), spacing=2), 1)
    return plain(line)
