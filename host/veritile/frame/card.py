"""A model's card: the Markdown page beside each ONNX file, and the facts in its front matter.

A card starts with plain `key: value` lines between two `---` lines::

    ---
    name: mesonet
    version: 1.0.0
    file: mesonet.onnx
    sha256: 64 hexadecimal digits
    licence: MIT
    input_size: 256
    ---

Reading one needs the standard library only: the host names its model in its
first answer, before numpy and ONNX Runtime are imported.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Final, NamedTuple

from veritile.errors import ModelMetadataError, ModelMissingError

DEFAULT_MODEL: Final = "mesonet"
MAX_CARD_BYTES: Final = 1 << 20
"""More is no card: it is refused before it is read into memory."""

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_REGISTRY: Final = "readme"
"""Of the pages in `models/` the one that is no card: it lists them."""
_KEYS: Final = ("name", "version", "file", "sha256", "licence", "input_size")


class Card(NamedTuple):
    """The front matter of one card."""

    name: str
    version: str
    file: Path
    """Where the ONNX file is: beside the card."""
    sha256: str
    """Of that file, 64 lower-case hexadecimal digits."""
    licence: str
    input_size: int
    """Side of the square input, in pixels."""


def models_folder() -> Path:
    """The folder of the models that come with Veritile: in the wheel, or at the root of a source checkout."""
    in_wheel = _PACKAGE / "models"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parents[1] / "models"


def read_card(model: str | Path = DEFAULT_MODEL) -> Card:
    """Read the card of a model, given by its name in `models/` or by the path of an .onnx file.

    Raises:
        ModelMissingError: there is no card of that name, or none beside that file.
        ModelMetadataError: the card lacks an entry or holds a wrong one.
    """
    path = _card_path(model)
    entries = _front_matter(path)
    missing = [key for key in _KEYS if not entries.get(key)]
    if missing:
        raise ModelMetadataError(
            f"The card {path} lacks {', '.join(missing)}: add the entry to its front matter."
        )
    file, sha256, size = entries["file"], entries["sha256"].lower(), entries["input_size"]
    if Path(file).name != file:
        raise ModelMetadataError(
            f"The card {path} names {file!r}: name a file beside the card, without folders."
        )
    if Path(model).suffix.lower() == ".onnx" and Path(model).name != file:
        raise ModelMetadataError(
            f"The card {path} is about {file}, not {Path(model).name}: correct its file entry."
        )
    if len(sha256) != 64 or not set(sha256) <= set(string.hexdigits):
        raise ModelMetadataError(
            f"The card {path} holds no SHA-256: write the 64 hexadecimal digits of {file}."
        )
    if not (size.isascii() and size.isdigit() and 16 <= int(size) <= 1024):
        raise ModelMetadataError(f"The card {path} has input_size {size!r}: write 16 to 1024 pixels.")
    return Card(
        name=entries["name"],
        version=entries["version"],
        file=path.with_name(file),
        sha256=sha256,
        licence=entries["licence"],
        input_size=int(size),
    )


def _card_path(model: str | Path) -> Path:
    path = Path(model)
    if path.suffix.lower() == ".onnx":
        card = path.with_suffix(".md")
        if not card.is_file():
            raise ModelMissingError(
                f"There is no card {card.name} beside {path}: a model is used only with the card that states "
                "its SHA-256."
            )
        return card
    card = models_folder() / f"{model}.md"
    if path.name != str(model) or not card.is_file() or path.name.lower() == _REGISTRY:
        known = ", ".join(sorted(p.stem for p in models_folder().glob("*.onnx"))) or "none"
        raise ModelMissingError(
            f"There is no model {str(model)!r}: give the path of an .onnx file, or one of the models that "
            f"come with Veritile ({known})."
        )
    return card


def _front_matter(path: Path) -> dict[str, str]:
    """The `key: value` lines between the first two `---` lines."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CARD_BYTES + 1)
        lines = text.decode("utf-8").splitlines()
    except OSError as error:
        raise ModelMissingError(
            f"The card {path} cannot be read ({error.strerror}): check its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise ModelMetadataError(f"The card {path} is not UTF-8 text: save it as UTF-8.") from error
    if len(text) > MAX_CARD_BYTES:
        raise ModelMetadataError(
            f"The card {path} is over {MAX_CARD_BYTES >> 20} MiB: this is no model card."
        )
    end = lines.index("---", 1) if lines[:1] == ["---"] and "---" in lines[1:] else 0
    if not end:
        raise ModelMetadataError(
            f"The card {path} has no front matter: start it with `key: value` lines between --- lines."
        )
    entries: dict[str, str] = {}
    for line in lines[1:end]:
        key, colon, value = line.partition(":")
        if colon:
            entries.setdefault(key.strip(), value.strip())
    return entries
