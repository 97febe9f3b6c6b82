"""What the host says of itself in `info`: versions, model, log, limits."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from veritile import __version__
from veritile.errors import ModelError, VeritileError
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.native import limits
from veritile.native.fields import ModelState
from veritile.native.opening import Info, Limits, Log, Model, Versions
from veritile.store import folder
from veritile.store.state import LogState, VaultState, text

MODEL_VARIABLE: Final = "VERITILE_MODEL"


def chosen_model() -> str:
    """Name or path of the model: $VERITILE_MODEL, or the one that comes with Veritile."""
    return os.environ.get(MODEL_VARIABLE) or DEFAULT_MODEL


class ModelStatus(Struct, frozen=True):
    """How far the model is."""

    model: Model
    state: ModelState = ModelState.LOADING
    provider: str | None = None
    """ONNX Runtime's execution provider, once ready."""
    least_budget: float | None = None
    """The strictest budget that the model's people support; None without people, or until ready."""
    onnxruntime: str | None = None
    """Version, once ready."""
    error: VeritileError | None = None
    """Why it has failed."""


def model_on_card() -> Model:
    """The chosen model as its card names it, the weights unopened; its name alone without a readable card."""
    try:
        card = read_card(chosen_model())
    except ModelError:  # loading the model will fail for the same reason, and say so
        return Model(name=Path(chosen_model()).stem, version="", sha256="")
    return Model(name=card.name, version=card.version, sha256=card.sha256)


def log_file() -> Path | None:
    """Where the session log is; None for a user without a home."""
    try:
        return folder.file()
    except RuntimeError:
        return None


def log_told(
    path: Path | None, state: LogState, pictures: VaultState = VaultState.OFF, pictures_text: str = ""
) -> Log:
    """What the client is told of the log at `path`; `pictures_text` says what to do for the pictures."""
    return Log(
        state=state, path=str(path or ""), pictures=pictures, text=text(state, path) or pictures_text or UNSET
    )


def info(status: ModelStatus, log: Log, re: int | UnsetType = UNSET) -> Info:
    """The message, as a reply to request `re` or as a push."""
    return Info(
        re=re,
        versions=Versions(
            veritile=__version__,
            python=platform.python_version(),
            onnxruntime=status.onnxruntime or UNSET,
        ),
        protocols=(limits.PROTOCOL,),
        model=status.model,
        provider=status.provider,
        state=status.state,
        least_alarms_per_hour=None if status.least_budget is None else round(status.least_budget, 5),
        log=log,
        limits=Limits(
            message_bytes=limits.MESSAGE_BYTES,
            reply_bytes=limits.REPLY_BYTES,
            frame_width=limits.FRAME_WIDTH,
            frame_height=limits.FRAME_HEIGHT,
            batch_frames=limits.BATCH_FRAMES,
            batches_in_flight=limits.BATCHES_WAITING,
            sessions=limits.SESSIONS,
            participants=limits.PARTICIPANTS,
        ),
    )
