"""What `register` had to create besides manifests, remembered so that it can be taken away again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from veritile.install.browsers import Machine
from veritile.install.files import make_folders, remove_empty, replace, unlink
from veritile.install.identity import MANIFEST

RECEIPT: Final = "receipt.json"


@dataclass(slots=True)
class Receipt:
    """The folders and registry keys that had to be created, outermost first."""

    folders: list[Path]
    keys: list[str]

    @classmethod
    def read(cls, machine: Machine) -> Receipt:
        """Return what is remembered; an empty receipt when nothing is, or it cannot be read."""
        try:
            stored = json.loads((machine.data / RECEIPT).read_text(encoding="utf-8"))
            return cls(
                [Path(str(folder)) for folder in stored["folders"]], [str(key) for key in stored["keys"]]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return cls([], [])

    def save(self, machine: Machine) -> None:
        """Write the receipt; take it away, and its folder, when there is nothing left to remember."""
        own = [folder for folder in self.folders if machine.data.is_relative_to(folder)]
        rest = len(self.folders) > len(own) or self.keys or (machine.data / MANIFEST).exists()
        path = machine.data / RECEIPT
        if not rest:
            unlink(path)
            self.folders = remove_empty(own)
            return
        make_folders(machine.data, self.folders)
        folders = [str(folder) for folder in self.folders]
        replace(path, (json.dumps({"folders": folders, "keys": self.keys}, indent=2) + "\n").encode())

    def prune_folders(self) -> None:
        """Remove the created folders that are empty by now."""
        self.folders = remove_empty(self.folders)

    def prune_keys(self, machine: Machine) -> None:
        """Delete the created keys that are empty by now."""
        assert machine.registry is not None
        for key in reversed(self.keys):
            machine.registry.delete(key, only_empty=True)
        self.keys = [key for key in self.keys if machine.registry.read(key) is not None]
