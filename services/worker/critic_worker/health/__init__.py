"""Heartbeat and liveness of a worker."""
