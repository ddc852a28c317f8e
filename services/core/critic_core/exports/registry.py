"""The registry of export formats. A new format needs a file in this folder and a line in `_ALL`."""

from collections.abc import Mapping
from types import MappingProxyType

from critic_core.exports import (
    contact_sheet,
    document,
    exiftool_arguments,
    keepers_archive,
    sidecar_archive,
    spreadsheet,
)
from critic_core.exports.export import Export

_ALL = (
    spreadsheet.EXPORT,
    document.EXPORT,
    sidecar_archive.EXPORT,
    keepers_archive.EXPORT,
    exiftool_arguments.EXPORT,
    contact_sheet.EXPORT,
)

EXPORTS: Mapping[str, Export] = MappingProxyType({export.name: export for export in _ALL})
"""Exports by name."""
