"""The session log: what was said of whom in which call, in one hash-chained SQLite file on this computer.

Knows nothing of browsers, pictures' contents or models: the host tells it what
happened (`veritile.native.journal`), `veritile log` reads it. Nothing here
imports sqlite3 before the log is opened, because the browser waits for `hello`.
"""
