"""Okta's forms, word for word: where they are, what their fields are called and what belongs into each.

Belongs here: text, after OKTA.md section 5 and 2.2. Must not know: widgets, or what the values are just now.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication


class AppKind(StrEnum):
    """The kinds of app that Okta has for SCIM; each has a form of its own."""

    CUSTOM = "custom"
    CATALOG = "catalog"
    AGENT = "agent"


class Fill(StrEnum):
    """What belongs into a field."""

    BASE_URL = "base url"
    TOKEN = "token"  # noqa: S105 -- a word, no token
    TEXT = "text"
    """A text that is pasted."""
    CHOICE = "choice"
    """One of what the field offers."""
    TICKS = "ticks"


class Entry(NamedTuple):
    """One field of a form, as Okta labels it."""

    label: str
    fill: Fill
    values: tuple[str, ...] = ()
    note: str = ""


class Part(NamedTuple):
    """Something to be done at one place in Okta."""

    place: str
    """The way there, as Okta names each click."""
    entries: tuple[Entry, ...] = ()
    note: str = ""


class Form(NamedTuple):
    """All that one kind of app asks for."""

    title: str
    about: str
    create: Part
    connect: Part
    test_button: str
    tested: str
    rollout: tuple[Part, ...]


def translated(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("forms", text)


_USER_NAME: Final = ("userName",)

_TO_APP: Final = Part(
    "Provisioning → To App → Edit",
    (Entry("Tick, then Save", Fill.TICKS, ("Create Users", "Update User Attributes", "Deactivate Users")),),
    "Leave Sync Password off: Perch accepts passwords and forgets them.",
)
_ASSIGN: Final = Part(
    "Assignments → Assign",
    note="People or groups. Whoever was assigned before you ticked Create Users is not sent by itself: use "
    "Provision User.",
)
_IMPORT: Final = Part("Import → Import Now", note="Okta reads who is here, people and groups made in Perch included.")
_PUSH_GROUPS: Final = Part(
    "Push Groups",
    note="By name or by rule. Take other groups than those you assign: a group that does both is pushed before its "
    "people exist here.",
)

FORMS: Final = {
    AppKind.CUSTOM: Form(
        "Custom app",
        "An app of your own, made with the App Integration Wizard. Okta updates and deactivates people with PUT.",
        Part(
            "Applications → Create App Integration → SAML 2.0",
            note="Or SWA. Then General → App Settings → Edit → Provisioning: SCIM → Save. A Provisioning tab appears.",
        ),
        Part(
            "Provisioning → Integration → SCIM Connection → Edit",
            (
                Entry("SCIM connector base URL", Fill.BASE_URL),
                Entry("Unique identifier field for users", Fill.TEXT, _USER_NAME),
                Entry(
                    "Supported provisioning actions",
                    Fill.TICKS,
                    (
                        "Import New Users and Profile Updates",
                        "Push New Users",
                        "Push Profile Updates",
                        "Push Groups",
                        "Import Groups",
                    ),
                ),
                Entry("Authentication Mode", Fill.CHOICE, ("HTTP Header",)),
                Entry("Authorization: Bearer", Fill.TOKEN, note="The token alone: Okta puts Bearer before it."),
            ),
        ),
        "Test Connector Configuration",
        "Okta answers “Connector configured successfully”. Then Save.",
        (_TO_APP, _ASSIGN, _IMPORT, _PUSH_GROUPS),
    ),
    AppKind.CATALOG: Form(
        "Catalog or SCIM 2.0 test app",
        "An app of Okta's catalog, or its SCIM 2.0 Test App. Okta deactivates people and changes groups with PATCH.",
        Part(
            "Applications → Browse App Catalog → SCIM 2.0 Test App (Header Auth)",
            note="Then Add Integration. SCIM 2.0 Test App (OAuth Bearer Token) works as well, Basic Auth does not.",
        ),
        Part(
            "Provisioning → Configure API Integration",
            (
                Entry("Tick", Fill.TICKS, ("Enable API integration",)),
                Entry("Base URL", Fill.BASE_URL),
                Entry("API Token", Fill.TOKEN, note="With or without Bearer before it."),
            ),
        ),
        "Test API Credentials",
        "Once the test succeeds, Save.",
        (_TO_APP, _ASSIGN, _IMPORT, _PUSH_GROUPS),
    ),
    AppKind.AGENT: Form(
        "On-prem agent",
        "The Okta Provisioning Agent on your network calls out to Okta and talks to Perch from the inside: no public "
        "address is needed.",
        Part(
            "Settings → Features → OPP Agent with SCIM 2.0 support",
            note="Install the Okta Provisioning Agent, 2.1.0 or newer. In a SAML app: General → App Settings → "
            "Provisioning: On-Premises Provisioning → Save.",
        ),
        Part(
            "Provisioning → Integration",
            (
                Entry(
                    "SCIM connector base URL",
                    Fill.BASE_URL,
                    note="Keep both the /v2, which makes the agent speak SCIM 2.0, and the / at the end.",
                ),
                Entry("Authorization type", Fill.CHOICE, ("HTTP Header",)),
                Entry(
                    "HTTP header name",
                    Fill.TEXT,
                    ("Authorization",),
                    "The only name that Okta accepts since 2026.01.1.",
                ),
                Entry("HTTP header value", Fill.TOKEN, note="Sent as it is, with or without Bearer before it."),
                Entry("Unique user field name", Fill.TEXT, _USER_NAME),
                Entry("Accept user updates", Fill.TICKS, ("Accept user updates",)),
                Entry("Timeout for API calls", Fill.CHOICE, ("90 seconds",), "30 seconds at least."),
                Entry("Connect to these agents", Fill.TICKS, ("Each agent that reaches this computer",)),
            ),
        ),
        "Test Connector Configuration",
        "Then Save. Should the first attempt end in an Internal Error, wait 15 seconds and save again.",
        (
            _TO_APP,
            _ASSIGN,
            _IMPORT,
            Part(
                "Push Groups", note="Some versions of the agent cannot push groups over SCIM 2.0: keep it up to date."
            ),
        ),
    ),
}
