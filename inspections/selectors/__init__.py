"""Reads of the field: what other apps ask for."""

from inspections.selectors.around import sources_around
from inspections.selectors.units import settled_by_unit

__all__ = ["settled_by_unit", "sources_around"]
