"""The process that the browser starts: greets it, then goes on to the conversation.

Python takes most of a start to load modules, and the browser waits for the answer to `hello`.
So what is imported here is what that answer needs, and all else is in
`veritile.native.conversation`, which is imported once it is given.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NoReturn

from veritile.native import stdio
from veritile.native.framing import FrameReader
from veritile.native.greeting import greet
from veritile.native.signals import on_signals

if TYPE_CHECKING:
    from veritile.native.analyzer import Analyzer

_BY_HAND: Final = """\
This program is started by the browser, which talks to it over standard input and output.
  veritile doctor     checks that the browser can start it
  veritile install    registers it with your browsers
"""


def main() -> None:
    """Entry point of `veritile-host` and `veritile host`; never returns.

    The browser's arguments (the extension's origin; on Windows also a window)
    are not needed. Exit status 2 when a person starts it in a terminal.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(_BY_HAND)
        sys.exit(2)
    run()


def run(load: Callable[[], Analyzer] | None = None, looker: Sequence[str] = ()) -> NoReturn:
    """Serve standard input until it ends.

    Args:
        load: makes what looks at pictures, in this process; without it, a process of its own does.
        looker: the command of that process, where it is not the usual one.
    """
    on_signals(lambda why: os._exit(0))  # nothing is to be written down of a host that was not spoken to
    stream_in, stream_out = stdio.claim()
    messages = iter(FrameReader(stream_in))
    first = next(messages, None)
    hello = greet(first, stream_out) if isinstance(first, bytes) else None

    from veritile.native.conversation import converse

    if first is not None and hello is None:
        messages = chain([first], messages)
    converse(messages, stream_out, hello, load, looker)


if __name__ == "__main__":
    main()
