"""Settings: from the environment and a file, bounded, refused by name, and documented with their bounds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("pydantic_settings")

from bootstrap import ROOT
from veritile.api.settings import PREFIX, Settings, read_settings
from veritile.errors import SettingError

PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_the_environment_goes_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "veritile.toml"
    file.write_text('port = 1111\nsessions = 5\nallowed_hosts = ["a", "b"]\n')
    assert read_settings(file).port == 1111
    monkeypatch.setenv("VERITILE_PORT", "2222")
    monkeypatch.setenv("VERITILE_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    settings = read_settings(file)
    assert (settings.port, settings.sessions, settings.allowed_hosts) == (2222, 5, ("a", "b"))
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "65536"), ("port", "x"), ("threshold", "1"), ("sessions", "0"), ("buffer_size", "1"),
     ("analysis_interval", "-1"), ("retention_days", "4000"), ("log_level", "loud"), ("gpu", "perhaps"),
     ("job_minutes", "0"), ("temporal", "")],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    with pytest.raises(SettingError, match=f"{PREFIX}{name.upper()}"):
        read_settings()


@pytest.mark.parametrize(("said", "meant"), [("true", "on"), ("0", "off"), ("Auto", "auto"), ("ON", "on")])
def test_a_gpu_is_asked_for_in_plain_words(monkeypatch: pytest.MonkeyPatch, said: str, meant: str) -> None:
    monkeypatch.setenv("VERITILE_GPU", said)
    assert read_settings().gpu == meant


def test_an_unknown_setting_in_the_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "veritile.toml"
    file.write_text("prot = 8477\n")
    with pytest.raises(SettingError, match="'prot'"):
        read_settings(file)
    file.write_text("port =")
    with pytest.raises(SettingError, match="TOML"):
        read_settings(file)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_on_the_page_with_its_default_and_bounds(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|(.*)$", PAGE, re.MULTILINE)
    assert row, f"no row for {name}"
    field = Settings.model_fields[name]
    if not isinstance(field.default, bool | tuple) and field.default is not None:
        assert str(field.default) in row[1]
    for bound in field.metadata:
        for limit in ("ge", "le", "gt", "lt"):
            if (value := getattr(bound, limit, None)) is not None:
                assert f"{value:,}" in row[1] or str(value) in row[1]
