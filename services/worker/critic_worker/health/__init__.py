"""Heartbeat of a worker, and the files of its health checks."""
