"""Page doors of grids, by noun."""
