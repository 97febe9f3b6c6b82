"""Small changes to files: never half done, and each of them can be undone."""

from __future__ import annotations

import os
from pathlib import Path


def make_folders(folder: Path, created: list[Path]) -> None:
    """Make `folder` and its parents; append those that were not there, outermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        created.append(place)


def replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def unlink(path: Path) -> bool:
    """Remove a file; tell whether it was there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def remove_empty(folders: list[Path]) -> list[Path]:
    """Remove those that are empty, innermost first; return those that stay, in their order."""
    for folder in reversed(folders):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return [folder for folder in folders if folder.is_dir()]
