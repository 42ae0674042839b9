"""A listener's certificate follows its files, and a pair that is not fit changes nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.faults import Fault
from server.http.renewal import Renewal
from tests.certificates import NAME, Files, files, shown, trusting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from server.tls import Certificate


@pytest.fixture
def made(tmp_path: Path) -> Files:
    return files(tmp_path / "tls")


@pytest.fixture
def other(tmp_path: Path) -> Files:
    return files(tmp_path / "other")


@pytest.fixture
def renewal(made: Files, caplog: pytest.LogCaptureFixture) -> Renewal:
    caplog.set_level(logging.INFO)
    return Renewal(made.pair)


@pytest.fixture
async def port(renewal: Renewal) -> AsyncIterator[int]:
    async with await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=renewal.context
    ) as server:
        yield server.sockets[0].getsockname()[1]


def test_a_pair_that_is_not_fit_to_begin_with_is_refused(made: Files) -> None:
    made.key.unlink()
    with pytest.raises(Fault):
        Renewal(made.pair)


@pytest.mark.parametrize("name", [NAME, None])
async def test_a_handshake_shows_the_newest_certificate_whether_it_names_a_host_or_not(
    renewal: Renewal, made: Files, other: Files, port: int, name: str | None
) -> None:
    context = trusting(made, other)
    context.check_hostname = name is not None
    before = made.fingerprint
    assert (await asyncio.to_thread(shown, port, context, name))[0] == before
    made.take(other)
    assert renewal.look()
    assert (await asyncio.to_thread(shown, port, context, name))[0] == other.fingerprint != before
    assert renewal.certificate.fingerprint == other.fingerprint


def test_files_that_stay_are_not_read_again(renewal: Renewal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.renewal.server_context", None)
    assert not renewal.look()


async def test_half_a_pair_is_told_once_and_used_when_the_other_half_is_there(
    renewal: Renewal, made: Files, other: Files, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    context = trusting(made, other)
    before = made.fingerprint
    made.take(other, key=False)
    assert not renewal.look()
    assert not renewal.look()
    assert caplog.text.count("The changed certificate is not used, the one before stays. tls_key = ") == 1
    assert (await asyncio.to_thread(shown, port, context))[0] == before
    made.take(other, certificate=False)
    assert renewal.look()
    assert (await asyncio.to_thread(shown, port, context))[0] == other.fingerprint
    assert "The certificate was changed and is used now: it ends on" in caplog.text
    assert not renewal.look()


def test_files_that_are_taken_away_leave_the_certificate_in_use(
    renewal: Renewal, made: Files, caplog: pytest.LogCaptureFixture
) -> None:
    made.certificate.unlink()
    assert not renewal.look()
    assert "there is no such file" in caplog.text


def test_a_certificate_that_ends_soon_is_told_once_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    renewal = Renewal(files(tmp_path, days=20).pair)
    renewal.warn()
    renewal.warn()
    assert caplog.text.count("no restart is needed") == 1
    assert "ends on" in caplog.text


def test_a_certificate_that_has_ended_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Renewal(files(tmp_path, now=datetime.now(UTC) - timedelta(days=10), days=9).pair).warn()
    assert "ended on" in caplog.text


def test_a_certificate_that_is_good_for_long_is_not_talked_about(
    renewal: Renewal, caplog: pytest.LogCaptureFixture
) -> None:
    renewal.warn()
    assert caplog.text == ""


async def test_it_looks_again_and_again_until_it_is_stopped(renewal: Renewal, made: Files, other: Files) -> None:
    told: asyncio.Queue[Certificate] = asyncio.Queue()
    keeping = asyncio.create_task(renewal.keep(told.put_nowait, every=0.01))
    try:
        made.take(other)
        async with asyncio.timeout(20):
            assert (await told.get()).fingerprint == other.fingerprint
        assert not keeping.done()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
