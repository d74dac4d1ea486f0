"""The ranking card of 值守台: the last published week beside what comes next."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grids.models import Clause, GridScheme
from notices.models import Notice, Summons
from notices.selectors.clauses import streak_clauses
from notices.selectors.streaks import Streak, streaks
from stations.models import Alarm, Ranking, RankingLine
from stations.periods import Kind, Period
from stations.selectors import weekly
from tasks.deadlines import BEIJING, beijing_date, end_of

SHOWN_FIRST, SHOWN_LAST = 2, 3


@dataclass(frozen=True)
class Line:
    """One unit: its line, streak, the change of place since the week before (up is better)."""

    line: RankingLine
    streak: Streak
    change: int | None
    tone: str

    @property
    def direction(self) -> str:
        """Class of the arrow: a better place rises."""
        if not self.change:
            return ""
        return "rise" if self.change > 0 else "fall"

    @property
    def arrow(self) -> str:
        if not self.change:
            return "—"
        return f"↑ {self.change}" if self.change > 0 else f"↓ {-self.change}"


@dataclass(frozen=True)
class Week:
    """The last published week, shortened to what decides; `between` units are left out."""

    ranking: Ranking
    period: Period
    first: list[Line]
    between: int
    last: list[Line]
    unranked: list[Line]
    quotes: list[Clause]
    proposals: int
    bulletin: Notice | None
    suspicions: int

    @property
    def most(self) -> Decimal:
        """What fills the bar: the highest index of the table."""
        values = [one.line.air for one in [*self.first, *self.last] if one.line.air]
        return max(values, default=Decimal(1)) * Decimal("1.15")

    @property
    def suspicion_words(self) -> str:
        return f"请复核 {self.suspicions} 处疑似干扰"

    @property
    def edition_words(self) -> str:
        return f"第 {self.ranking.edition} 版（已更正）"


def ended_week(at: datetime) -> Period:
    """The newest week that is over."""
    return Period.containing(Kind.WEEK, beijing_date(at)).previous()


def newest(scheme: GridScheme) -> Ranking | None:
    rows = Ranking.objects.current().filter(scheme=scheme, kind=Ranking.Kind.WEEK)
    return rows.order_by("-starts_on", "-pk").first()


def ranking_week(scheme: GridScheme, at: datetime) -> Week | None:
    """None before the first ranking."""
    found = newest(scheme)
    if found is None:
        return None
    period = Period.parse(found.period)
    lines = _lines(scheme, found, period)
    ranked = [line for line in lines if line.line.rank is not None]
    first, between, last = _shortened(ranked)
    return Week(
        ranking=found,
        period=period,
        first=first,
        between=between,
        last=last,
        unranked=[line for line in lines if line.line.rank is None],
        quotes=streak_clauses(scheme, at),
        proposals=Summons.objects.filter(scheme=scheme, state=Summons.State.PROPOSED).count(),
        bulletin=_bulletin(scheme, period),
        suspicions=_suspicions(scheme, period),
    )


def _lines(scheme: GridScheme, found: Ranking, period: Period) -> list[Line]:
    runs = streaks(scheme, period.code)
    before = weekly(scheme, period.previous())
    places = {line.grid_id: line.rank for line in before.lines.all()} if before else {}
    rows = found.lines.select_related("grid").order_by("grid__lft", "pk")
    ordered = sorted(rows, key=lambda line: (line.rank is None, line.rank or 0))
    return [
        Line(
            line,
            runs.get(line.grid_id, Streak()),
            _change(places.get(line.grid_id), line.rank),
            _tone(line, found.ranked),
        )
        for line in ordered
    ]


def _change(before: int | None, now: int | None) -> int | None:
    return None if before is None or now is None else before - now


def _tone(line: RankingLine, ranked: int) -> str:
    if line.rank == ranked and line.is_bottom:
        return "late"
    return "w" if line.is_bottom else ""


def _shortened(ranked: list[Line]) -> tuple[list[Line], int, list[Line]]:
    """The first two and all at the bottom (at least three); how many stand between."""
    bottoms = sum(line.line.is_bottom for line in ranked)
    tail = max(bottoms, SHOWN_LAST)
    if len(ranked) <= SHOWN_FIRST + tail + 1:
        return ranked, 0, []
    return ranked[:SHOWN_FIRST], len(ranked) - SHOWN_FIRST - tail, ranked[-tail:]


def _bulletin(scheme: GridScheme, period: Period) -> Notice | None:
    rows = Notice.objects.filter(scheme=scheme, kind=Notice.Kind.WEEKLY, period=period.code)
    return rows.exclude(state=Notice.State.WITHDRAWN).first()


def _suspicions(scheme: GridScheme, period: Period) -> int:
    """疑似干扰 in the week that nobody has judged yet."""
    rows = Alarm.objects.to_review().filter(station__scheme=scheme)
    rows = rows.filter(kind=Alarm.Kind.INTERFERENCE)
    start = datetime(period.first.year, period.first.month, period.first.day, tzinfo=BEIJING)
    return rows.filter(started_at__gte=start, started_at__lt=end_of(period.last)).count()


# --- alarms --------------------------------------------------------------------------------------

MOST_ALARMS = 5


@dataclass(frozen=True)
class AlarmLine:
    alarm: Alarm
    aqi: int | None
    line: str
    word: str
    tone: str


def alarms(scheme: GridScheme, at: datetime) -> list[AlarmLine]:
    """Running episodes, the highest first; the silent ones last."""
    rows = Alarm.objects.filter(station__scheme=scheme, started_at__lte=at).open()
    rows = rows.select_related("station", "task").order_by("-started_at", "-pk")
    found = [_alarm_line(alarm, at) for alarm in rows[:50]]
    return sorted(found, key=lambda one: (one.aqi is None, -(one.aqi or 0)))[:MOST_ALARMS]


def _alarm_line(alarm: Alarm, at: datetime) -> AlarmLine:
    hours = max(int((at - alarm.started_at).total_seconds() // 3600), 1)
    is_late = alarm.kind == Alarm.Kind.LATE
    parts = [
        alarm.level_words or alarm.get_kind_display(),
        alarm.pollutant.upper().replace("PM25", "PM2.5"),
    ]
    if alarm.task is not None:
        parts.append(f"已派 {alarm.task.number}")
    word = f"{hours} 小时" if is_late else f"持续 {hours} 小时"
    aqi = alarm.peak if alarm.kind == Alarm.Kind.NEAR_POLLUTION else None
    is_grave = (aqi or 0) > 100 or alarm.kind == Alarm.Kind.INTERFERENCE
    tone = "" if is_late else "late" if is_grave else "warn"
    text = " · ".join(part for part in parts if part)
    return AlarmLine(alarm, aqi, text, word, tone)
