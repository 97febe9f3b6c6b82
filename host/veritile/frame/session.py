"""ONNX Runtime sessions as a call needs them: one thread, quick on convolutions, small when idle.

The choices were measured on a 4-core x86-64 machine with AVX2, ONNX Runtime 1.32, in CPU time.
"""

from __future__ import annotations

import ctypes
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import onnxruntime as ort

from veritile.errors import InferenceError
from veritile.frame.providers import CPU, Provider, named

KEPT_BYTES: Final = 8 << 20
"""Of freed memory; a decoded picture of a call takes up to 1 MB, its copies and crops no more."""
_M_TRIM_THRESHOLD: Final = -1  # mallopt(3)
_M_MMAP_THRESHOLD: Final = -3


def open_session(
    data: bytes, name: str, provider: Provider | None = None, *, profile: Path | None = None
) -> ort.InferenceSession:
    """Open the bytes of an ONNX file.

    Safe to share: ONNX Runtime lets several threads run one session.

    Args:
        data: the file's bytes.
        name: what errors call it.
        provider: where it is to run; the CPU unless told. Where ONNX Runtime cannot, it runs on the CPU:
            `get_providers()[0]` tells.
        profile: where ONNX Runtime writes down what runs where; nowhere unless told.

    Raises:
        InferenceError: ONNX Runtime cannot load it.
    """
    provider = provider or named(CPU)
    ort.disable_telemetry_events()  # also where a program imported it before veritile could forbid it
    options = ort.SessionOptions()
    # Idle threads of ONNX Runtime spin: at a call's sparse rate they burn 20 times what they compute.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # Its layouts of channels in blocks: MesoResNet at 160 px takes 7.3 instead of 10.1 ms, YuNet 1.3 instead
    # of 3.5 ms. Only a net as narrow as MesoInception4 loses by it (2.0 instead of 1.8 ms).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # A plan of memory kept for every shape of picture saves under 2 % of the time and costs 2 to 30 MB.
    options.enable_mem_pattern = False
    _one_arena()
    _keep_freed()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 4
    if profile is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(profile)
    wanted = [(provider.name, dict(provider.options)), *([] if provider.name == CPU else [(CPU, {})])]
    try:
        session = ort.InferenceSession(data, options, providers=wanted)
    except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
        raise InferenceError(
            f"ONNX Runtime cannot load {name} ({first_line(error)}): reinstall Veritile."
        ) from error
    if session.get_providers()[0] not in (provider.name, CPU):
        raise InferenceError(f"{name} would run on {session.get_providers()[0]}, which is not supported.")
    # The wrapper keeps the file's bytes for as long as it lives, to open it once more on other providers if
    # one fails; `Model` does that itself. Were the attribute called otherwise, this would change nothing.
    session.disable_fallback()
    session._model_bytes = None
    return session


@cache
def _one_arena() -> None:
    """Have all networks take turns with one store of memory, which grows by what is asked for alone."""
    ort.create_and_register_allocator(
        ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT),
        ort.OrtArenaCfg(
            {
                "arena_extend_strategy": 1,  # by what is asked for
                "initial_chunk_size_bytes": -1,  # -1: ONNX Runtime's own choice
                "max_dead_bytes_per_chunk": -1,
                "initial_growth_chunk_size_bytes": -1,
                "max_mem": 0,
            }
        ),
    )


@cache
def _keep_freed() -> None:
    """Have glibc keep some memory that was freed: the pages of each picture would else be asked for anew,
    which took a third of a frame's processor time (`veritile bench`)."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            for threshold in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
                libc.mallopt(threshold, KEPT_BYTES)


def first_line(error: Exception) -> str:
    """What an exception of ONNX Runtime says: it runs over several lines and starts with its own code."""
    return re.sub(r"^\[ONNXRuntimeError\]\s*:\s*\d+\s*:\s*", "", (str(error).splitlines() or [""])[0])[:200]
