"""Shape of what pages take in about tasks."""
