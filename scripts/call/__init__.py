"""A real video call on this computer, for the demo and the end-to-end tests.

`meeting` serves it, `cameras` makes what its participants show, `browser` starts
a Chromium (with or without the extension), `watch` reads what Veritile says of it.
"""
