"""The section of TLS: the certificate that Perch shows, and whose word it takes for who the client is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.settings.section import Section

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm


class EncryptionSection(Section):
    """For an endpoint that others than a proxy on this machine come to."""

    name, title, icon = "encryption", "TLS and proxies", "shield-check"
    names = ("tls_cert", "tls_key", "trusted_proxies")

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(
            desk,
            form,
            self.tr(
                "Encryption by Perch itself, for clients on your network; a proxy or tunnel beside it brings its own."
            ),
        )
        self._certificate, self._proxies = self.add(), self.add()
        self.end()

    def place(self) -> None:
        """Take the fields."""
        certificate, key, proxies = (self.form.inputs[name] for name in self.names)
        self._certificate.body.addWidget(certificate)
        self._certificate.body.addWidget(key)
        self._proxies.body.addWidget(proxies)
