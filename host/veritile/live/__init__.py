"""Plays clips through the whole host as calls, in simulated time, and counts what its labels are worth.

    sources   which clips there are, and which of them are real
    reel      a clip as the other side of a call sees it, for as long as asked
    host      the host without its process, on a clock that is set by hand
    call      one participant, looked at whenever the host asks for it
    figures   what many calls show: how soon, how often wrong, at what cost
    report    the figures for people, for programs and for docs/live.md
    recording the messages of calls in a file;  replay plays them again
    run       the commands

docs/live.md explains the figures.
"""
