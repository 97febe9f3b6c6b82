"""The settings of the service: VERITILE_* in the environment, over a TOML file, over the defaults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from veritile.errors import SettingError
from veritile.frame.card import DEFAULT_MODEL

PREFIX = "VERITILE_"
_Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]


def _listed(given: Any) -> Any:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _switched(given: Any) -> Any:
    """TOML's and the environment's ways to say yes and no."""
    word = str(given).strip().lower()
    return {"true": "on", "1": "on", "false": "off", "0": "off"}.get(word, word)


_Names = Annotated[tuple[_Name, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Every setting with its bounds; docs/api.md lists the same, and a test compares the two."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: _Name = Field("127.0.0.1", description="Address to listen on; others than this computer's need it")
    port: int = Field(8477, ge=0, le=65535, description="TCP port; 0 takes a free one")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged")
    model: _Name = Field(DEFAULT_MODEL, description="Name of a model in `models/`, or path of an `.onnx`")
    temporal: _Name | None = Field(
        None, description="Temporal model, named likewise, that judges stretches of a video together, too"
    )
    threshold: float | None = Field(
        None, gt=0, lt=1, description="Score from which a picture looks swapped; 0.52 unless told"
    )
    gpu: Annotated[Literal["auto", "on", "off"], BeforeValidator(_switched)] = Field(
        "auto",
        description="Run the network on a GPU: the best device that was found, a GPU or nothing, the CPU",
    )
    analysis_interval: float = Field(
        0.0, ge=0, le=60, description="Seconds at least between two looks at one stream; others wait unseen"
    )
    sessions: int = Field(128, ge=1, le=1000, description="WebSocket sessions at once")
    buffer_size: int = Field(
        64, ge=4, le=1024, description="Answers that wait for a client that does not read, before it is left"
    )
    database: Path | None = Field(
        None, description="File of the log of calls; as for the browser unless told"
    )
    retention_days: int = Field(
        30, ge=0, le=3650, description="Days that calls stay in the log; 0 keeps nothing"
    )
    upload_mb: int = Field(512, ge=1, le=8192, description="Largest upload, MiB")
    job_minutes: int = Field(60, ge=1, le=1440, description="Longest time that is spent on one video")
    requests_per_minute: int = Field(600, ge=10, le=100_000, description="From one address")
    jobs: int = Field(16, ge=1, le=256, description="Videos that wait, run or are kept for their results")
    allowed_hosts: _Names = Field(
        (), description="Further names under which the service may be reached, separated by commas"
    )
    allowed_origins: _Names = Field(
        (), description="Pages of other origins that may use it, separated by commas"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes over what the file says."""
        return env_settings, init_settings


def read_settings(file: Path | None = None) -> Settings:
    """Return the settings of the environment and a TOML file.

    Raises SettingError, which names the setting.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingError(f"{file} cannot be read as TOML ({error}): correct it.") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"])).removeprefix(PREFIX.lower())
    if first["type"] == "extra_forbidden":
        return f"There is no setting {name!r}: docs/api.md lists them."
    wrong = str(first["input"])[:80]
    return f"{name} ({PREFIX}{name.upper()}) is {wrong!r}: {first['msg'].removeprefix('Value error, ')}."
