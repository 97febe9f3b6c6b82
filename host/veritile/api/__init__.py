"""The HTTP and WebSocket service on this computer: `veritile serve`. docs/api.md is its specification."""
