"""Suggestions, measured on photos that are changed by known amounts."""
