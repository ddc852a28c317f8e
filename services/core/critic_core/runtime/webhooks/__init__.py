"""Webhooks, common to gateway and sender: callback URLs, secrets, settings."""
