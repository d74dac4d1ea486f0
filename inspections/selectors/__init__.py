"""Reads of the field. `settled_by_unit` is the one that other apps ask for."""

from inspections.selectors.units import settled_by_unit

__all__ = ["settled_by_unit"]
