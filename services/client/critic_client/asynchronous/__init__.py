"""The asynchronous client. `infra/generate.py` makes the synchronous one of these files."""
