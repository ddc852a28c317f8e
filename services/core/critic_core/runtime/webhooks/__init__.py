"""Webhooks, common to gateway and sender: callback URLs, allowed addresses, secrets, settings."""
