"""Measured properties of a photo, defined in a file per property."""

from critic_core.imaging.properties.registry import MEASURES, measure_all, reasons

__all__ = ["MEASURES", "measure_all", "reasons"]
