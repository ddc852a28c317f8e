"""Measured qualities of a photo: each file defines one."""

from critic_core.imaging.properties.registry import MEASURES, measure_all, reasons

__all__ = ["MEASURES", "measure_all", "reasons"]
