"""Refusals that services raise; doors turn them into an answer."""

from typing import Any


class Refused(ValueError):
    """A request that the rules do not allow. `str(error)` is the sentence shown to people.

    `code` is the stable word of the API, `status` the HTTP status (409 unless said otherwise),
    `fields` maps a field name to its own sentence when one input is at fault.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Invalid(Refused):
    """The input itself is wrong: 422 on pages, 400 in the API."""

    code = "invalid"
    status = 422


class Stale(Refused):
    """Somebody else changed the record since it was read (409).

    `changes` says what: `steps` with by, at, said and note; `fields` with label, before and after.
    """

    code = "stale"

    def __init__(self, message: str, *, changes: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.changes = changes or {}


class Busy(Refused):
    """Somebody holds the record for longer than one waits (409): nothing changed, try again."""

    code = "busy"
