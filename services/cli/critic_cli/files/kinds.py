"""Kinds of files by their suffix. The list of photo formats is that of the server."""

from critic_core.imaging.formats import FORMATS

PHOTO_SUFFIXES = frozenset(suffix for known in FORMATS.values() for suffix in known.extensions)
RAW_SUFFIXES = frozenset(suffix for known in FORMATS.values() if known.reader == "raw" for suffix in known.extensions)
CAMERA_SUFFIXES = frozenset(suffix for name in ("jpeg", "heic") for suffix in FORMATS[name].extensions)
"""Developed files that cameras and phones write beside a RAW file, the ones that are uploaded first."""
