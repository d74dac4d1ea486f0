"""Shape of what the API gives out and takes in about the field."""
