"""Pages of the air side."""
