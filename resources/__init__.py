"""Data that ships with Perch, read with importlib.resources; imports nothing of the program.

Belongs here: the files and the functions that read them. Must not know: what the data means.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

SCHEMA_FILES = ("User", "EnterpriseUser", "Group", "ServiceProviderConfig", "ResourceType", "Schema")
"""The schema documents in the order in which ``/Schemas`` lists them."""


def schema_documents() -> list[dict[str, Any]]:
    """Read the schema documents (RFC 7643 §7); a new copy at each call.

    Raises FileNotFoundError where the installation is incomplete.
    """
    folder = files("resources") / "schemas"
    return [json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in SCHEMA_FILES]


def style_sheet() -> str:
    """Give the desktop's style sheet, in which ``@name;`` stands for a design token."""
    return files(__name__).joinpath("styles", "perch.qss").read_text("utf-8")


def style_path(name: str) -> Path:
    """Give the path of a picture that the style sheet names."""
    return Path(str(files(__name__).joinpath("styles", name)))


def service_template(name: str) -> str:
    """Give a file that makes Perch a service, in which ``{{name}}`` stands for a word that is filled in."""
    return files(__name__).joinpath("service", name).read_text("utf-8")


def company_document(name: str) -> Any:
    """Read a file of the invented company: ``names``, ``work`` or ``here``; a new copy at each call."""
    return json.loads((files(__name__) / "company" / f"{name}.json").read_text(encoding="utf-8"))
