"""Thumbnails of two photos compared: shift, registration, rows of pixels."""
