"""Pages of the field: what was asked for, one service, an answer."""
