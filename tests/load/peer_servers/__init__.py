"""Handlers of other servers, each run in an environment of its own."""
