from __future__ import annotations

import stat
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig, Source, load_config
from server.faults import Fault, FaultCode
from server.settings_file import Setting, SettingKind, SettingsFile

if TYPE_CHECKING:
    from pathlib import Path

HAND_WRITTEN = """\
# How we run it
port = 8080   # behind Caddy

required = [
    "userName",  # always
    "emails",
]
future_setting = 1

[elsewhere]
of = "another program"
"""


def setting(folder: Path, name: str, environ: dict[str, str] | None = None) -> Setting:
    return next(one for one in SettingsFile(folder).listed(environ or {}) if one.name == name)


def save(folder: Path, changes: dict[str, Any], environ: dict[str, str] | None = None) -> ServerConfig:
    return SettingsFile(folder).save(changes, environ or {})


def refused(folder: Path, changes: dict[str, Any]) -> str:
    with pytest.raises(Fault) as caught:
        save(folder, changes)
    assert caught.value.code is FaultCode.SETTING_INVALID
    return caught.value.detail


def test_every_setting_is_described_in_words(tmp_path: Path) -> None:
    described = {one.name: one for one in SettingsFile(tmp_path).listed({})}
    assert described.keys() == {field.name for field in fields(ServerConfig)}
    for one in described.values():
        assert one.label
        assert one.explanation.endswith(".")
        assert one.group
        assert (one.source, one.value) == (Source.DEFAULT, one.default)
        assert bool(one.choices) == (one.kind is SettingKind.CHOICE)
        assert (one.least is not None) == (one.kind in (SettingKind.WHOLE, SettingKind.NUMBER))


def test_choices_are_all_possible(tmp_path: Path) -> None:
    for value, label in setting(tmp_path, "patch_answer").choices:
        assert label
        assert save(tmp_path, {"patch_answer": value}).patch_answer == value


def test_limits_are_the_readers(tmp_path: Path) -> None:
    port = setting(tmp_path, "port")
    assert (port.kind, port.least, port.most) == (SettingKind.WHOLE, 0, 65_535)
    assert setting(tmp_path, "keep_alive").kind is SettingKind.NUMBER
    assert setting(tmp_path, "backup_daily").kind is SettingKind.FLAG
    assert setting(tmp_path, "required").kind is SettingKind.LIST


def test_a_value_tells_where_it_comes_from(tmp_path: Path) -> None:
    save(tmp_path, {"port": 8080, "activity_days": 5})
    environ = {"PERCH_ACTIVITY_DAYS": "6"}
    assert (setting(tmp_path, "port").value, setting(tmp_path, "port").source) == (8080, Source.FILE)
    days = setting(tmp_path, "activity_days", environ)
    assert (days.value, days.source) == (6, Source.ENVIRONMENT)


def test_only_what_is_chosen_is_written_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    config = save(
        tmp_path, {"port": " 9090 ", "public_url": "https://scim.example.com/scim/v2/", "required": ("emails",)}
    )
    path = tmp_path / "perch.toml"
    assert path.read_text("utf-8") == (
        'port = 9090\npublic_url = "https://scim.example.com"\nrequired = ["userName", "emails"]\n'
    )
    assert config == load_config(tmp_path, {})
    assert [one.name for one in tmp_path.iterdir()] == ["perch.toml"]
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o600


def test_comments_order_and_what_perch_does_not_know_stay(tmp_path: Path) -> None:
    path = tmp_path / "perch.toml"
    path.write_text(HAND_WRITTEN, "utf-8")
    save(tmp_path, {"port": 8081, "activity_days": 7})
    text = path.read_text("utf-8")
    before, after = HAND_WRITTEN.replace("port = 8080", "port = 8081"), text.replace("activity_days = 7\n", "")
    assert after.split() == before.split()
    assert text.index("activity_days") < text.index("[elsewhere]")
    assert "activity_days = 7\n" in text


def test_none_brings_the_default_back(tmp_path: Path) -> None:
    save(tmp_path, {"public_url": "https://scim.example.com", "port": 1})
    assert save(tmp_path, {"public_url": None, "port": None}) == ServerConfig()
    assert (tmp_path / "perch.toml").read_text("utf-8").strip() == ""
    assert save(tmp_path, {"public_url": ""}).public_url is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"port": 70_000}, "from 0 to 65535"),
        ({"public_url": "scim.example.com"}, "https://scim.example.com"),
        ({"host": "0.0.0.0"}, "without TLS"),
        ({"prot": 1}, "no setting"),
        ({"port": True}, "whole number"),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_written(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    (tmp_path / "perch.toml").write_text(HAND_WRITTEN, "utf-8")
    assert words in refused(tmp_path, {"activity_days": 3, **changes})
    assert (tmp_path / "perch.toml").read_text("utf-8") == HAND_WRITTEN
    assert [one.name for one in tmp_path.iterdir()] == ["perch.toml"]


def test_a_mistake_in_the_file_can_be_mended_here(tmp_path: Path) -> None:
    (tmp_path / "perch.toml").write_text("port = 99999\n", "utf-8")
    assert save(tmp_path, {"port": 8080}).port == 8080


def test_a_file_that_is_no_toml_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "perch.toml").write_text("port: 8080", "utf-8")
    assert "mend or remove it" in refused(tmp_path, {"port": 8080})
    assert (tmp_path / "perch.toml").read_text("utf-8") == "port: 8080"


def test_the_environment_goes_on_winning(tmp_path: Path) -> None:
    assert save(tmp_path, {"port": 1}, {"PERCH_PORT": "2"}).port == 2
    assert load_config(tmp_path, {}).port == 1


def test_a_judge_may_refuse_before_anything_is_written(tmp_path: Path) -> None:
    def judge(config: ServerConfig) -> None:
        raise Fault(FaultCode.SETTING_INVALID, f"not {config.port}")

    with pytest.raises(Fault, match="not 17"):
        SettingsFile(tmp_path, judge).save({"port": 17}, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "kept in git.toml"
    real.write_text("port = 1\n", "utf-8")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "perch.toml").symlink_to(real)
    save(folder, {"port": 2})
    assert (folder / "perch.toml").is_symlink()
    assert real.read_text("utf-8") == "port = 2\n"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        save(tmp_path / "gone", {"port": 1})
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
