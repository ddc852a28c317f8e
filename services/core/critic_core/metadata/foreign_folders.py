"""Folders of other programs inside a shoot: bins, thumbnails, caches, previews. They hold no photo of the shoot.

Sources: documentation of Synology, QNAP, Buffalo, Windows, macOS, Lightroom, Capture One, ACDSee, Android, Canon and
Sony cameras.
"""

from fnmatch import fnmatchcase

FOREIGN_FOLDERS = (
    ".*", "@*", "#recycle", "#snapshot", "$recycle.bin", "recycler", "recycled", "system volume information", "trash",
    "trashbox", "recycle bin", "network recycle bin*", "network trash folder", "temporary items", "[[]originals]",
    "lost+found", "lost.dir", "found.000", "__macosx", "_gsdata_", "captureone", "nksc_param", "canonmsc", "thmbnl",
    "thumbnails", "thumbs", "*.lrdata", "*.lrcat-data", "*.lrlibrary", "*.cocatalog", "*.cosessiondb",
    "*.photoslibrary", "*.photolibrary", "*.aplibrary", "*.migratedphotolibrary", "*.dxo", "*.rtp", "*.tmp",
    "zbthumbnail.info",
)  # fmt: skip
"""Patterns of names, in lower case."""


def is_foreign(folder: str) -> bool:
    """True for the name of a folder of another program."""
    name = folder.casefold()
    return any(fnmatchcase(name, pattern) for pattern in FOREIGN_FOLDERS)
