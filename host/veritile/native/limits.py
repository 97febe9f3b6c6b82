"""Every bound of the host in one place; `info.limits` tells the client those that it can run into."""

from __future__ import annotations

from typing import Final

PROTOCOL: Final = 1
"""The protocol version that this host speaks."""

MESSAGE_BYTES: Final = 8 << 20
"""Largest message from the browser. A full batch of 64 JPEGs of 320 px is about 1.5 MB in base64."""
REPLY_BYTES: Final = 1 << 20
"""Largest message to the browser: the browser closes the port on anything above 1 MiB."""
FRAME_WIDTH: Final = 4096
FRAME_HEIGHT: Final = 2160
"""Largest picture, in pixels; what `veritile.frame` accepts."""

BATCH_FRAMES: Final = 64
"""Frames in one `frames` message."""
BATCHES_WAITING: Final = 4
"""`frames` messages that wait for the worker; one more pushes out the oldest."""
STALE_S: Final = 2.0
"""A frame that was captured longer ago is not looked at."""
CLOCK_NONSENSE_S: Final = 60.0
"""A capture time further back than this says that the client's clock is wrong, not that the frame is old."""

SESSIONS: Final = 16
PARTICIPANTS: Final = 100
"""Per session. Who has not been seen for ABSENT_S makes room for a newcomer."""
ABSENT_S: Final = 60.0
FACES_TOLD: Final = 16
"""Faces in one item of `verdicts`, largest first."""
CHANGES_KEPT: Final = 50
"""Newest changes of label kept per participant, for `export`."""

SHOWN_BYTES: Final = 700_000
"""Largest picture of a challenge that is kept to be shown: in base64 it fits into a reply."""

ID_CHARS: Final = 128
"""Longest session or participant id."""
NAME_CHARS: Final = 256
"""Longest display name."""

SMALLEST_SHARE: Final = 0.005
LARGEST_SHARE: Final = 0.5
"""Of the machine's cores, that `configure` may grant."""
LONGEST_DAYS: Final = 3650
"""That `configure` may have the session log kept."""
LISTED_BYTES: Final = 900_000
"""Of the log's sessions in one reply; what is older is left out."""

LOOKS_AT_ONCE: Final = 2
"""Pictures that are looked at side by side, of a large batch."""
LOOK_S: Final = 2.0
"""A look that takes longer is given up with the process that looks: its picture would be stale by now."""
HEATMAP_S: Final = 8.0
"""The same for a heat map, which takes over a hundred looks: less than a client waits."""
HEATMAPS_WAITING: Final = 4
STRONGEST_S: Final = 60.0
"""How long a picture is the strongest of its participant; then the next one is, whatever it shows."""
LOAD_S: Final = 30.0
"""And for loading the model: a cold disk takes seconds."""
LOSSES: Final = 5
LOSSES_S: Final = 60.0
"""So many processes may be lost in so much time; after one more no other is started."""

REPLIES_WAITING: Final = 64
STALLED_S: Final = 1.5
"""When so many replies wait and none is taken for this long, the peer has stopped reading: the host ends."""
LOG_END_S: Final = 0.5
"""For the session log to be closed; what comes too late for that is lost, the log is not."""
DRAIN_S: Final = 0.5
"""After end of input: time for what is queued to be answered before the process ends."""
