"""The formats in which an album can be taken away. A new one is a file beside this and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from critic_core.exports import contact_sheet, document, keepers_archive, sidecar_archive, spreadsheet
from critic_core.exports.export import Export

_ALL = (spreadsheet.EXPORT, document.EXPORT, sidecar_archive.EXPORT, keepers_archive.EXPORT, contact_sheet.EXPORT)

EXPORTS: Mapping[str, Export] = MappingProxyType({export.name: export for export in _ALL})
"""Every export by its name."""
