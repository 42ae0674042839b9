"""What the tests ask of the throw-away gnome-keyring over D-Bus; needs the libraries that only Linux has."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import secretstorage
from jeepney import DBusAddress, MatchRule, message_bus, new_method_call  # type: ignore[import-untyped]  # has none
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection  # type: ignore[import-untyped]  # has none
from secretstorage.util import format_secret, open_session

SERVICE = "org.freedesktop.secrets"
PASSWORD = b"a password that only this test knows"
PATIENCE = 20.0


@dataclass(frozen=True)
class SecretService:
    """A running gnome-keyring on a bus of its own, with one default collection."""

    bus: str

    def wait_until_ready(self) -> None:
        """Return once the keyring has taken its name on the bus, told by the bus itself."""
        with self._connection() as connection:
            bus = Proxy(message_bus, connection, timeout=PATIENCE)
            taken = MatchRule(
                type="signal",
                interface="org.freedesktop.DBus",
                member="NameOwnerChanged",
                path="/org/freedesktop/DBus",
            )
            taken.add_arg_condition(0, SERVICE)
            bus.AddMatch(taken)
            with connection.filter(taken) as signals:
                if not bus.NameHasOwner(SERVICE)[0]:
                    connection.recv_until_filtered(signals, timeout=PATIENCE)

    def lock(self) -> None:
        """Lock the default collection."""
        with self._connection() as connection:
            secretstorage.get_default_collection(connection).lock()

    def unlock(self) -> None:
        """Unlock the default collection without a prompt, by gnome-keyring's own interface."""
        with self._connection() as connection:
            session = open_session(connection)
            collection = secretstorage.get_default_collection(connection)
            address = DBusAddress(
                "/org/freedesktop/secrets",
                SERVICE,
                "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
            )
            arguments = (collection.collection_path, format_secret(session, PASSWORD, "text/plain"))
            call = new_method_call(address, "UnlockWithMasterPassword", "o(oayays)", arguments)
            connection.send_and_get_reply(call, timeout=PATIENCE)

    def services(self) -> set[str]:
        """Return the service names of all that is kept."""
        with self._connection() as connection:
            items = secretstorage.get_default_collection(connection).get_all_items()
            return {item.get_attributes().get("service", "") for item in items}

    def _connection(self) -> closing[DBusConnection]:
        return closing(open_dbus_connection(self.bus))
