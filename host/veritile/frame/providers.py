"""Which execution provider of ONNX Runtime runs the classifier.

ONNX Runtime may offer devices that do not work here, that answer otherwise, or
that are slower than one core. So the CPU is used until `veritile bench` has
tried what there is (`veritile.frame.trial`) and noted the winner, with all
drivers' versions, in a cache; another driver, model or ONNX Runtime makes that
void. Only providers of the list below are ever asked for.

The face detector stays on the CPU: its pictures come in every size, for each of
which most devices prepare a network anew.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

CPU: Final = "CPUExecutionProvider"
PROVIDER_VARIABLE: Final = "VERITILE_PROVIDER"
CACHE_DIR_VARIABLE: Final = "VERITILE_CACHE_DIR"
CACHE_FILE: Final = "providers.json"


@cache  # for two providers
def _nvidia_driver() -> str:
    if sys.platform == "linux":
        return Path("/proc/driver/nvidia/version").read_text(encoding="utf-8").splitlines()[0]
    import subprocess

    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error


def _openvino() -> str:
    from importlib.metadata import PackageNotFoundError, version

    for package in ("openvino", "onnxruntime-openvino"):
        with suppress(PackageNotFoundError):
            return f"{package} {version(package)}, {platform.processor() or platform.machine()}"
    return platform.processor()


@dataclass(frozen=True, slots=True)
class Provider:
    """One that may be used."""

    name: str
    """As ONNX Runtime calls it."""
    driver: Callable[[], str]
    """What it depends on beside ONNX Runtime, with its version; may raise OSError."""
    options: Mapping[str, str] = field(default_factory=dict)


ALLOWED: Final = (
    # TF32 rounds to 10 bits: answers would differ in the third digit.
    Provider("CUDAExecutionProvider", _nvidia_driver, {"use_tf32": "0"}),
    Provider("TensorrtExecutionProvider", _nvidia_driver),
    Provider("DmlExecutionProvider", platform.version),
    Provider("CoreMLExecutionProvider", lambda: platform.mac_ver()[0]),
    Provider("OpenVINOExecutionProvider", _openvino, {"device_type": "CPU"}),
    Provider(CPU, lambda: ""),
)
"""In the order in which they are tried."""


def available(offered: Sequence[str] | None = None) -> list[Provider]:
    """Return the allowed providers that this ONNX Runtime offers (or that are `offered`), in order."""
    if offered is None:
        import onnxruntime

        offered = onnxruntime.get_available_providers()
    return [provider for provider in ALLOWED if provider.name in offered]


def named(name: str) -> Provider:
    """Return the allowed provider of this name; raises KeyError."""
    return {provider.name: provider for provider in ALLOWED}[name]


def driver_of(provider: Provider) -> str:
    """Return the version of what the provider depends on; empty where it cannot be told."""
    try:
        return provider.driver()
    except (OSError, IndexError):
        return ""


def _drivers(choice: Sequence[Provider]) -> list[str]:
    """Of all, not of the winner alone: a new driver may be what a device that did not win had lacked."""
    return [driver_of(provider) for provider in choice]


def cache_file() -> Path:
    """Return where winners are kept: in $VERITILE_CACHE_DIR, or the platform's folder for caches."""
    import platformdirs

    chosen = os.environ.get(CACHE_DIR_VARIABLE)
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("veritile", appauthor=False)
    return folder / CACHE_FILE


def chosen(sha256: str, offered: Sequence[str] | None = None) -> Provider:
    """Return the provider for the model with this hash: what is set, the noted winner, or the CPU."""
    choice = available(offered)
    wanted = os.environ.get(PROVIDER_VARIABLE)
    winner = wanted or (noted(sha256, choice) or CPU if len(choice) > 1 else CPU)
    return next((provider for provider in choice if provider.name == winner), named(CPU))


def noted(sha256: str, choice: Sequence[Provider]) -> str | None:
    """Return the winner that was noted for this model and these providers; None where it is void."""
    entry = _read().get(_key(sha256, choice))
    if not isinstance(entry, dict):
        return None
    winner = next((provider for provider in choice if provider.name == entry.get("winner")), None)
    if winner is None or entry.get("drivers") != _drivers(choice):
        return None
    return winner.name


def note(sha256: str, choice: Sequence[Provider], winner: Provider) -> None:
    """Note a winner; where the cache cannot be written the next trial finds it again."""
    entries = _read() | {_key(sha256, choice): {"winner": winner.name, "drivers": _drivers(choice)}}
    file = cache_file()
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError, RuntimeError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(dict(list(entries.items())[-20:]), indent=2) + "\n", encoding="utf-8")
        part.replace(file)


def note_failure(sha256: str) -> None:
    """Note that no device is to be used for this model until all have been tried again."""
    if len(choice := available()) > 1:
        note(sha256, choice, named(CPU))


def _read() -> dict[str, Any]:
    try:
        known = json.loads(cache_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return known if isinstance(known, dict) else {}


def _key(sha256: str, choice: Sequence[Provider]) -> str:
    runtime = getattr(sys.modules.get("onnxruntime"), "__version__", "")
    return f"{sha256[:16]} {runtime} {','.join(provider.name for provider in choice)}"
