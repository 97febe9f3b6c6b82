"""Cards: what is read from them, and how each fault is told."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.errors import ModelMetadataError, ModelMissingError
from veritile.frame.card import MAX_CARD_BYTES, read_card

GOOD = {
    "name": "tiny",
    "version": "1.2.0",
    "file": "tiny.onnx",
    "sha256": "AB" * 32,
    "licence": "MIT",
    "input_size": "64",
}


def write_card(folder: Path, **changes: str | None) -> Path:
    """Write tiny.md with some entries changed (None: left out); return the path of its model."""
    entries = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    lines = ["---", *(f"{key}: {value}" for key, value in entries.items()), "---", "# Tiny", "file: not this"]
    (folder / "tiny.md").write_text("\n".join(lines), encoding="utf-8")
    return folder / "tiny.onnx"


def test_a_card_beside_a_file_is_read(tmp_path: Path) -> None:
    card = read_card(write_card(tmp_path))
    assert (card.name, card.version, card.licence, card.input_size) == ("tiny", "1.2.0", "MIT", 64)
    assert card.file == tmp_path / "tiny.onnx"
    assert card.sha256 == "ab" * 32


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_missing_entry_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelMetadataError, match=key):
        read_card(write_card(tmp_path, **{key: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "../elsewhere.onnx"},
        {"file": "other.onnx"},
        {"sha256": "ab"},
        {"sha256": "zz" * 32},
        {"input_size": "big"},
        {"input_size": "0"},
        {"input_size": "²"},
        {"input_size": "1000000"},
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ModelMetadataError):
        read_card(write_card(tmp_path, **changes))


@pytest.mark.parametrize("name", ["no-such-model", "../mesonet", "", ".", "/etc/passwd", "README"])
def test_an_unknown_name_is_told(name: str) -> None:
    with pytest.raises(ModelMissingError, match="There is no model"):
        read_card(name)


def test_a_model_without_a_card_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"no card tiny\.md"):
        read_card(tmp_path / "tiny.onnx")


def test_a_huge_card_is_refused(tmp_path: Path) -> None:
    model = write_card(tmp_path)
    with (tmp_path / "tiny.md").open("ab") as card:
        card.truncate(MAX_CARD_BYTES + 1)
    with pytest.raises(ModelMetadataError, match="no model card"):
        read_card(model)


@given(content=st.binary(max_size=200) | st.text("-\n:abc ", max_size=60).map(str.encode))
def test_any_content_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("card")
    (folder / "tiny.md").write_bytes(content)
    with pytest.raises(ModelMetadataError):
        read_card(folder / "tiny.onnx")


def test_reading_a_card_imports_nothing_heavy(tmp_path: Path) -> None:
    model = write_card(tmp_path)
    program = (
        "import sys; from veritile.frame.card import read_card; read_card(sys.argv[1]);"
        "print(sorted({'numpy', 'cv2', 'onnxruntime', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(model)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
