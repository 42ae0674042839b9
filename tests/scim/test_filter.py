"""The filter language as other modules import it, with the examples of RFC 7644 §3.4.2.2."""

from __future__ import annotations

import pytest

from server.scim import filter as language
from server.scim.filter import matches, parse_filter
from tests.scim.generated import REGISTRY

BARBARA = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "bjensen",
    "name": {"familyName": "O'Malley"},
    "title": "Vice President",
    "userType": "Employee",
    "emails": [
        {"type": "work", "value": "bjensen@example.com"},
        {"type": "home", "value": "babs@example.org"},
    ],
    "ims": [{"type": "xmpp", "value": "babs@foo.com"}],
    "meta": {"lastModified": "2011-05-13T04:42:34Z"},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('userName Eq "BJENSEN"', True),
        ('name.familyName co "O\'Malley"', True),
        ('userName sw "J"', False),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B"', True),
        ("title pr", True),
        ('meta.lastModified gt "2011-05-13T04:42:34Z"', False),
        ('meta.lastModified ge "2011-05-13T04:42:34Z"', True),
        ('meta.lastModified lt "2011-05-13T04:42:34.001Z"', True),
        ('meta.lastModified le "2011-05-13T06:42:34+02:00"', True),
        ('title pr and userType eq "Employee"', True),
        ('title pr or userType eq "Intern"', True),
        ('schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', False),
        ('userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', True),
        ('userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', False),
        ('userType eq "Employee" and (emails.type eq "work")', True),
        ('userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', True),
        ('emails[type eq "work" and value co "@example.org"]', False),
        (
            'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
            True,
        ),
    ],
)
def test_the_examples_of_the_rfc(text: str, holds: bool) -> None:
    assert matches(parse_filter(text, REGISTRY.user), BARBARA) is holds


def test_every_public_name_is_there() -> None:
    assert all(hasattr(language, name) for name in language.__all__)
