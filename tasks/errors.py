"""Refusals with a status of their own."""

from grids.errors import Refused


class TooLarge(Refused):
    code = "too_large"
    status = 413


class Unsupported(Refused):
    """The content is of no kind that evidence may have."""

    code = "unsupported_media_type"
    status = 415


class Unreadable(Refused):
    """The content is not what it claims to be, or cannot be decoded safely."""

    code = "unreadable"
    status = 422


class Mismatch(Refused):
    """The bytes that arrived are not the bytes that were sent."""

    code = "sha256_mismatch"
    status = 422


class NoSpace(Refused):
    code = "no_space"
    status = 507
