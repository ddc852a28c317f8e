"""Reasons for and against photos."""
