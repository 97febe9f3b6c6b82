"""Tests that drive a real Chromium: a package, because fixtures of a package end with its last test."""
