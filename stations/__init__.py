"""Stations: air readings, indices by the national standards, validity and ranking."""
