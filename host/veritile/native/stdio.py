"""Standard input and output belong to the protocol, and to nothing else in the process."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO


def claim() -> tuple[BinaryIO, BinaryIO]:
    """Take the process's standard input and output for the protocol; return (reader, unbuffered writer).

    From then on whatever prints, in Python or in a C library, prints to
    standard error, and whatever reads standard input finds it empty: one
    stray byte would garble the stream for good. Child processes do not
    inherit the two streams either.
    """
    reader, writer = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a standard error
        os.dup2(nowhere, 1)
    os.close(nowhere)
    if sys.stderr is not None:
        sys.stdout = sys.stderr
    return os.fdopen(reader, "rb"), os.fdopen(writer, "wb", buffering=0)
