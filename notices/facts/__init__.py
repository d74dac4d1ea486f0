"""The figures of a bulletin, counted from the rows of a period; reads only."""
