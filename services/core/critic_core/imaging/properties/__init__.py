"""Measured properties of a photo, defined in a file per property."""

from critic_core.imaging.properties.registry import MEASURES, measure_all, reasons
from critic_core.imaging.properties.view import View

__all__ = ["MEASURES", "View", "measure_all", "reasons"]
