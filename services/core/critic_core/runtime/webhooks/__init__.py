"""Webhooks, as far as gateway and sender share them: which URLs may be called, and what waits to be told."""
