from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.tokens.trial import ConnectionTrial
from tests.certificates import files
from tests.desktop.tokens.conftest import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.endpoint import Serve


@pytest.fixture
def trial(desk: Desk, qtbot: QtBot) -> ConnectionTrial:
    made = ConnectionTrial(desk.workspace)
    qtbot.addWidget(made)
    return made


def outcome_of(trial: ConnectionTrial, url: str, secret: str, qtbot: QtBot) -> tuple[str, str]:
    trial.test(url, secret)
    assert trial.waiting.isVisible()
    qtbot.waitUntil(trial.result.isVisible, timeout=PATIENCE)
    assert not trial.waiting.isVisible()
    return trial.result.property("tone"), trial.result.accessibleName()


def test_a_token_that_works_is_told_so(serving_desk: Desk, trial: ConnectionTrial, qtbot: QtBot) -> None:
    secret = serving_desk.workspace.custody.issue("Okta").secret
    tone, sentence = outcome_of(trial, serving_desk.endpoint.status.local_url, secret, qtbot)
    assert tone == "ok"
    assert sentence


def test_a_token_that_was_revoked_is_told_so(serving_desk: Desk, trial: ConnectionTrial, qtbot: QtBot) -> None:
    issued = serving_desk.workspace.custody.issue("Okta")
    serving_desk.workspace.custody.revoke(issued.token.id)
    tone, sentence = outcome_of(trial, serving_desk.endpoint.status.local_url, issued.secret, qtbot)
    assert tone == "err"
    assert issued.secret not in sentence


def test_where_nobody_listens_it_is_told_so(trial: ConnectionTrial, qtbot: QtBot) -> None:
    tone, _ = outcome_of(trial, "http://127.0.0.1:1/scim/v2", "perch_live_x", qtbot)
    assert tone == "err"


def test_an_endpoint_on_this_network_is_trusted_by_its_own_certificate(
    trial: ConnectionTrial, desk: Desk, serve: Serve, qtbot: QtBot
) -> None:
    files(desk.workspace.folder / "tls")
    desk.workspace.save_settings({"tls_cert": "tls/certificate.pem", "tls_key": "tls/key.pem"})
    running = serve(data_dir=desk.workspace.folder)
    assert outcome_of(trial, running.base_url, running.token, qtbot)[0] == "ok"
