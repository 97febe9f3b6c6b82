"""CSV tables with a header, as every folder of pictures has one."""

from __future__ import annotations

import csv
from pathlib import Path

from veritile.errors import CorruptImageError, FileUnreadableError


def read_table(path: Path, otherwise: str) -> list[dict[str, str]]:
    """Every row by the names of its columns; a cell that a short row lacks is None, for all its type says.

    Args:
        path: the CSV, UTF-8.
        otherwise: what to do when it is not there, for the error.

    Raises:
        FileUnreadableError: it cannot be read.
        CorruptImageError: it is no text, or no table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read: {otherwise}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorruptImageError(f"{path} is no table of text: fetch or write it again.") from error
