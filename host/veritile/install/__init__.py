"""Registering the host with browsers, undoing it, and finding out what is wrong (`veritile doctor`)."""
