"""Faces and eyes of a photo, by networks that the caller runs. Nothing here identifies a person."""
