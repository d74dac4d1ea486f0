"""核查结论: what people found out about an episode, and what follows for its values."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid
from grids.models import User
from grids.selectors import rule
from stations import hours, marks, policies
from stations.models import Alarm, HourlyReading
from stations.services import review
from stations.standards import BEIJING

LONGEST_NOTE = 2000
_COLUMNS = ("verdict", "verdict_note", "verdict_by", "verdict_at", "verdict_until")


@transaction.atomic
def decide(alarm: Alarm, *, verdict: str, note: str, by: User, at: datetime) -> Alarm:
    """核查结论: 真实污染, 误报, 设备故障 or 干扰属实 (Z-46), with a note; it can be corrected.

    What the rule `verdict_excludes` names for the kind and verdict is taken out of the statistics
    by 审核, with the note as its reason; a corrected verdict brings the values back. Rankings
    that the episode held may be published from here on. Raises Invalid, PermissionDenied.
    """
    policies.check_manage(by, alarm.station)
    alarm = Alarm.objects.select_for_update(of=("self",)).select_related("station").get(pk=alarm.pk)
    _check(alarm, verdict, note)
    before = alarm.verdict
    alarm.verdict, alarm.verdict_note, alarm.verdict_by = verdict, note.strip(), by
    alarm.verdict_at, alarm.verdict_until = at, alarm.last_at
    alarm.save(update_fields=[*_COLUMNS])
    if excludes(alarm, verdict, at):
        _each_hour(alarm, review.withdraw, by=by, at=at)
    elif before and excludes(alarm, before, at):
        _each_hour(alarm, review.restore, by=by, at=at)
    return alarm


def _check(alarm: Alarm, verdict: str, note: str) -> None:
    if verdict not in choices(alarm):
        names = "、".join(Alarm.Verdict(value).label for value in choices(alarm))
        raise Invalid("请选择核查结论", fields={"verdict": f"请从{names}中选择"})
    if not note.strip():
        raise Invalid("请写明核查情况", fields={"note": "请写明核查情况"})
    if len(note.strip()) > LONGEST_NOTE:
        sentence = f"核查情况请写在 {LONGEST_NOTE} 字以内"
        raise Invalid(sentence, fields={"note": sentence})


def choices(alarm: Alarm) -> list[str]:
    """干扰属实 is a verdict about values: not for 数据迟到 or a high value."""
    values = [verdict.value for verdict in Alarm.Verdict]
    if not alarm.items:
        values.remove(Alarm.Verdict.TAMPERED.value)
    return values


def excludes(alarm: Alarm, verdict: str, at: datetime) -> bool:
    """Whether this verdict takes the marked values out, as the scheme rules on the day."""
    on = at.astimezone(BEIJING).date()
    given = rule(alarm.station.scheme, "verdict_excludes", on) or {}
    return verdict in given.get(alarm.kind, ())


def _each_hour(alarm: Alarm, verb: review.Verb, *, by: User, at: datetime) -> None:
    items = marks.items_of(alarm)
    wanted = [hours.moment_of(hour) for hour in marks.marked_hours(alarm)]
    there = HourlyReading.objects.filter(station=alarm.station_id, hour_ending_at__in=wanted)
    reason = f"{alarm.get_kind_display()}，{alarm.get_verdict_display()}：{alarm.verdict_note}"
    for hour in there.order_by("hour_ending_at").values_list("hour_ending_at", flat=True):
        verb(alarm.station, hour, items, reason=reason[:200], by=by, at=at)
