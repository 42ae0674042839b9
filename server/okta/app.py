"""What an admin sets on an app in Okta: its kind, what it may do, how attributes are mapped.

Belongs here: values, in the words of Okta's forms (OKTA.md 5.1). Must not know: what follows from a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from server.okta.dialogues import BATCH, Kind
from server.okta.speech import CUSTOM_URN, Version, version_below

UniqueIdentifier = Literal["userName", "email"]
"""*Unique identifier field for users*: whose value the look-up of a person asks for (OKTA.md 1.4)."""

ENTERPRISE_URN: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MOST_CHANGES: Final = 1000
"""Membership changes per PATCH that Okta allows an app to ask for (OKTA.md 1.11)."""


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """One row of the page *Attribute Mappings*."""

    okta: str
    """The attribute of Okta's profile: ``department``."""
    scim: str
    """Where it goes: ``title``, ``name.middleName``, ``urn:…:User:department``, ``emails[type eq "home"].value``."""


DEFAULT_MAPPINGS: Final = (
    AttributeMapping("displayName", "displayName"),
    AttributeMapping("title", "title"),
    AttributeMapping("mobilePhone", 'phoneNumbers[type eq "mobile"].value'),
    AttributeMapping("locale", "locale"),
    AttributeMapping("userType", "userType"),
    AttributeMapping("employeeNumber", f"{ENTERPRISE_URN}:employeeNumber"),
    AttributeMapping("costCenter", f"{ENTERPRISE_URN}:costCenter"),
    AttributeMapping("organization", f"{ENTERPRISE_URN}:organization"),
    AttributeMapping("division", f"{ENTERPRISE_URN}:division"),
    AttributeMapping("department", f"{ENTERPRISE_URN}:department"),
    AttributeMapping("manager", f"{ENTERPRISE_URN}:manager.displayName"),
)
"""Those of a custom app's defaults that the people here have values for, in the order of OKTA.md 1.4."""


ONPREM_MAPPINGS: Final = (*DEFAULT_MAPPINGS, AttributeMapping("department", f"{CUSTOM_URN}:departmentName"))
"""Those, and one that an admin of the agent has added in its own namespace (OKTA.md 2.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """An app in Okta with provisioning switched on; raises ValueError for what its forms refuse."""

    kind: Kind = Kind.CUSTOM
    version: Version = Version.TWO
    """*SCIM version*; the on-prem agent has no such field and goes by the base URL (`addressed`)."""
    label: str = "Perch"
    """What the app is called in Okta's messages."""
    unique_identifier: UniqueIdentifier = "userName"
    import_users: bool = True
    """*Import New Users and Profile Updates*; this and the four after it are *Supported provisioning actions*."""
    push_new_users: bool = True
    push_profile_updates: bool = True
    push_groups: bool = True
    import_groups: bool = True
    create_users: bool = True
    """*Create Users*; this and the four after it are on the page *To App*."""
    update_user_attributes: bool = True
    deactivate_users: bool = True
    sync_password: bool = False
    exclude_username_updates: bool = False
    rename_groups: bool = True
    """*Rename app groups to match group name in Okta* (OKTA.md 1.11)."""
    membership_batch: int = BATCH
    """Membership changes per PATCH of a catalog app, 100 to 1000."""
    safeguard: int = 20
    """Percent of the assigned people that an import may remove (OKTA.md 1.8)."""
    mappings: tuple[AttributeMapping, ...] = DEFAULT_MAPPINGS

    def __post_init__(self) -> None:
        if not BATCH <= self.membership_batch <= MOST_CHANGES:
            raise ValueError(f"Okta sends {BATCH} to {MOST_CHANGES} membership changes per PATCH.")
        if not 0 <= self.safeguard <= 100:
            raise ValueError("The import safeguard is a percentage, 0 to 100.")

    @property
    def creates(self) -> bool:
        """Whether an assignment creates people on the server."""
        return self.push_new_users and self.create_users

    @property
    def updates(self) -> bool:
        """Whether a changed profile is pushed."""
        return self.push_profile_updates and self.update_user_attributes


def addressed(kind: Kind, base_url: str, version: Version | None = None) -> AppSettings:
    """Give an app as its admin sets it up for an address: the agent's says which SCIM it speaks (OKTA.md 2.1).

    A cloud app speaks 2.0 whatever its address, unless ``version`` says otherwise; so does an agent here whose address
    names none.
    """
    if version is None:
        version = (version_below(base_url) if kind is Kind.AGENT else None) or Version.TWO
    settings = AppSettings(kind=kind, version=version)
    if kind is Kind.AGENT and version is Version.ONE:
        return replace(settings, mappings=ONPREM_MAPPINGS)
    return settings
