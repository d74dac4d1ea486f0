"""仪器维护: for how long a registered maintenance explains that a station says nothing. Pure.

Entries that ran since the last value count as one stretch from the earliest of them, so that a
chain of short entries explains no more than a single long one; none explains more than `longest`
hours. An entry without an end runs that long. Moments are aware datetimes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Span:
    """One entry of the log; `until_at` None: no end is written down."""

    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Upkeep:
    """`until_at`: the latest end that is written down, None when one of the entries has none;
    `limit_at`: from here on it explains nothing; `is_running`: an entry covers the moment."""

    from_at: datetime
    until_at: datetime | None
    limit_at: datetime
    is_running: bool
    is_expired: bool

    @property
    def counts(self) -> bool:
        """The station is under maintenance now."""
        return self.is_running and not self.is_expired

    def excuses(self, at: datetime, grace: int) -> bool:
        """No alarm for silence at `at`: during the maintenance and `grace` hours after its end,
        in which the instrument comes back, but never beyond the limit."""
        end = self.limit_at if self.until_at is None else self.until_at + timedelta(hours=grace)
        return at < min(end, self.limit_at)


def upkeep(
    spans: Iterable[Span], *, at: datetime, newest: datetime | None, longest: int
) -> Upkeep | None:
    """The maintenance since the last value; None when there was none. Entries that begin after
    `at` and entries that had run out when the `newest` value came do not count."""
    most = timedelta(hours=longest)
    since = [
        span
        for span in spans
        if span.from_at <= at and (newest is None or _end(span, most) > newest)
    ]
    if not since:
        return None
    ends = [span.until_at for span in since if span.until_at is not None]
    start = min(span.from_at for span in since)
    return Upkeep(
        from_at=start,
        until_at=max(ends) if len(ends) == len(since) else None,
        limit_at=start + most,
        is_running=any(span.until_at is None or at < span.until_at for span in since),
        is_expired=at >= start + most,
    )


def _end(span: Span, most: timedelta) -> datetime:
    limit = span.from_at + most
    return limit if span.until_at is None else min(span.until_at, limit)
