from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.activity.explanation import explain, is_whole
from server.records import Access, Refusal, Token
from tests.desktop.activity.exchanges import kept

TOKEN = Token(
    id="t1",
    label="Audit export",
    test=False,
    access=Access.READ_ONLY,
    digest=b"",
    last_four="abcd",
    created="2026-11-01T00:00:00.000Z",
    created_by="ada",
    expires="2026-11-20T10:00:00.000Z",
    revoked="2026-11-21T10:00:00.000Z",
)


def error(detail: str, status: int) -> str:
    return f'{{"detail":"{detail}","status":"{status}"}}'


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_reason_and_a_remedy(refusal: Refusal) -> None:
    told = explain(kept(status=401, refusal=refusal, response_body=error("No.", 401)), TOKEN)
    assert told.why
    assert "Okta" in told.remedy
    assert "{" not in told.why + told.remedy


def test_an_ended_token_is_named_with_its_end() -> None:
    why = explain(kept(status=401, refusal=Refusal.REVOKED), TOKEN).why
    assert why.startswith("“Audit export” was revoked (Nov 21, 2026")
    assert explain(kept(status=401, refusal=Refusal.EXPIRED), replace(TOKEN, expires=TOKEN.expires)).why.startswith(
        "“Audit export” has expired (Nov 20, 2026"
    )


def test_a_conflict_says_what_okta_does() -> None:
    body = error("User already exists.", 409)
    told = explain(kept(method="POST", status=409, scim_type="uniqueness", response_body=body))
    assert "Another person has this name" in told.why
    assert told.okta.startswith("Conflict. Errors reported by remote server: User already exists.")
    assert "until an admin retries" in told.okta
    assert not told.told, "Okta quotes it already"
    assert told.tone == "warn"


def test_a_group_is_called_a_group() -> None:
    told = explain(kept(method="POST", path="/scim/v2/Groups", status=409, scim_type="uniqueness"))
    assert "Another group" in told.why


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 412, 413, 415, 421, 429, 500, 501, 503])
def test_every_status_has_a_reason_and_a_remedy(status: int) -> None:
    told = explain(kept(status=status, path="/scim/v2/Users/1", response_body=error("No.", status)))
    assert told.why.endswith(".")
    assert told.remedy.endswith(".")
    assert told.tone == ("err" if status >= 500 or status in {401, 403} else "warn")


def test_a_wrong_address_is_no_missing_person() -> None:
    assert "nothing at this address" in explain(kept(status=404, path="/scim/v2/People")).why
    assert "no such person" in explain(kept(status=404, path="/scim/v2/Users/1")).why


def test_how_long_okta_waits_is_said_as_far_as_it_is_known() -> None:
    body = error("This token may send 5 requests a minute: wait 12 seconds.", 429)
    assert "after 12 seconds" in explain(kept(status=429, response_body=body)).okta
    assert "by itself" in explain(kept(status=429, response_body=error("Slow.", 429))).okta


def test_of_what_okta_never_sends_nothing_is_claimed() -> None:
    told = explain(kept(method="POST", path="/scim/v2/Bulk", status=400, response_body=error("Broken.", 400)))
    assert not told.okta
    assert told.told == "Broken."


def test_of_an_answer_that_was_not_kept_whole_nothing_is_claimed() -> None:
    cut = '{"totalResults":3,"Resources":[{"id"… [cut: 90000 bytes in all]'
    assert not is_whole(cut)
    assert not explain(kept(response_body=cut)).okta


def test_what_was_left_out_is_named_also_where_all_went_well() -> None:
    told = explain(kept(ignored=("nickName2",)))
    assert told.ignored == ("nickName2",)
    assert not told.why
    assert not told.okta
