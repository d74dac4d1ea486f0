"""What the readers of files say no with."""


class Unreadable(ValueError):
    """The file as a whole cannot be read; the sentence says what to do."""
