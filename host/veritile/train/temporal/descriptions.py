"""All sequences of a run described, in a file that grows until they are; what was stopped goes on there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from torch.utils.data import DataLoader

from veritile.errors import ModelError
from veritile.train.loop import one_thread
from veritile.train.temporal.describe import WIDTH, Described, DescribedSequences
from veritile.train.temporal.sequences import SequenceSource

_SAVE_EVERY: Final = 100


def described(
    path: Path,
    source: SequenceSource,
    count: int,
    about: dict[str, Any],
    *,
    workers: int,
    on_step: Callable[[int], None] = lambda done: None,
) -> Described:
    """(count, 2, length, WIDTH): the first sequences of a source, made as far as the file lacks them.

    Args:
        path: of the `.npy` file; a `.json` file beside it tells how far it is.
        source: of the sequences.
        count: how many.
        about: what they are made from, to tell another run's file from this one's.
        workers: processes.
        on_step: told how many there are.

    Raises:
        ModelError: the file is damaged, or of another run.
        ImageError: pictures cannot be read.
    """
    shape, state = (count, 2, source.length, WIDTH), path.with_suffix(".json")
    about = json.loads(json.dumps(about))
    table: Any = np.zeros(shape, dtype=np.float32)
    earlier = _resume(path, state, shape, about)
    done = len(earlier)
    table[:done] = earlier
    on_step(done)
    if done == count:  # no process is started for nothing
        return np.asarray(table, dtype=np.float32)
    loader: DataLoader[Any] = DataLoader(
        DescribedSequences(source),
        batch_size=1,
        sampler=range(done, count),
        num_workers=workers,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if workers else None,
        prefetch_factor=4 if workers else None,
    )
    for chunk in loader:
        table[done : done + 1] = chunk.numpy()
        done += 1
        if done % _SAVE_EVERY == 0 or done == count:
            partial = path.with_suffix(".partial")
            with partial.open("wb") as file:
                np.save(file, table[:done])
            partial.replace(path)
            state.write_text(json.dumps(about), encoding="utf-8")
        on_step(done)
    return np.asarray(table, dtype=np.float32)


def _resume(path: Path, state: Path, shape: tuple[int, ...], about: dict[str, Any]) -> Described:
    """What is there of the first sequences: a shorter or longer run begins alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not state.is_file():
        return np.zeros((0, *shape[1:]), dtype=np.float32)
    try:
        known = json.loads(state.read_text(encoding="utf-8"))
        found = np.load(path)
    except (OSError, EOFError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
    if known != about or found.shape[1:] != shape[1:]:
        raise ModelError(
            f"{path.parent} holds a run of another recipe or other data: name another folder, or delete it."
        )
    return np.asarray(found[: shape[0]], dtype=np.float32)
