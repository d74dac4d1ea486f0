"""完成情况 of targets that hours do not give."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from build import NOON
from grids.errors import Invalid, Refused
from grids.loading import read_csv
from stations.models import Target, TargetReport, TargetRevision
from stations.progress import progress
from stations.services import loading, target_reports, targets

SCHEMES = Path(__file__).resolve().parents[2] / "schemes"
TODAY = NOON.date()


def _enter(scheme, office, **over):
    values = {
        "indicator": "road_cleaning_percent", "operator": ">=", "value": Decimal(100),
        "year": 2026, "strength": "MUST", "issuer": "区政府", "document": "〔2026〕1号",
    }  # fmt: skip
    wish = targets.Wish(**values | over)
    return targets.enter(scheme, wish, reason="下达", by=office, at=NOON)


def _report(target, office, **over):
    values = {"value": Decimal(80), "as_of": TODAY, "ground": "作业台账"} | over
    return target_reports.report(target, by=office, at=NOON, **values)


@pytest.mark.clause("ZY-71")
def test_a_ratio_is_reported_until_it_reaches_its_target(scheme, office):
    target = _enter(scheme, office)
    assert progress(scheme, NOON)[0].target.is_reached is None

    _report(target, office, as_of=date(2026, 6, 30), value=Decimal("92.5"))
    assert progress(scheme, NOON)[0].target.is_reached is False
    _report(target, office, value=Decimal(100))

    [row] = progress(scheme, NOON)
    assert (row.target.reported.value, row.target.is_reached) == (100, True)
    assert not row.is_computable


@pytest.mark.clause("Y1-05")
def test_a_provincial_target_has_issuer_level_unit_baseline_deadline_and_actual(scheme, office):
    due = date(2026, 10, 31)
    wanted = {"level": "PROVINCE", "baseline": Decimal("87.5"), "due_on": due}
    target = _enter(scheme, office, indicator="provincial_targets_met_percent", **wanted)
    _report(target, office, value=Decimal(100))

    kept = Target.objects.get(pk=target.pk)
    assert (kept.get_level_display(), kept.issuer, kept.unit) == ("省", "区政府", "%")
    assert (kept.start, kept.due_on, kept.reported.figure) == ("87.5", due, "100")
    first = TargetRevision.objects.get(target=target)
    assert (first.after["level"], first.after["baseline"]) == ("PROVINCE", "87.5")


def test_of_two_reports_of_a_day_the_later_counts_and_both_stay(scheme, office):
    target = _enter(scheme, office)
    _report(target, office, value=Decimal(90))
    _report(target, office, value=Decimal(85), ground="复核")

    assert Target.objects.get(pk=target.pk).reported.value == 85
    assert TargetReport.objects.count() == 2


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"value": Decimal(-1)}, "value"),
        ({"value": Decimal(101)}, "value"),
        ({"as_of": date(2026, 11, 19)}, "as_of"),
        ({"as_of": date(2025, 12, 31)}, "as_of"),
        ({"ground": "  "}, "ground"),
    ],
)
def test_a_bad_report_is_refused_with_its_field(scheme, office, over, field):
    with pytest.raises(Invalid) as refused:
        _report(_enter(scheme, office), office, **over)

    assert set(refused.value.fields) == {field}
    assert not TargetReport.objects.exists()


def test_what_hours_give_and_what_is_withdrawn_is_not_reported(scheme, office):
    computed = _enter(scheme, office, indicator="pm10_mean", operator="<=", value=Decimal(70))
    gone = _enter(scheme, office)
    targets.withdraw(gone, reason="废止", by=office, at=NOON)

    for target, words in ((computed, "由小时数据计算"), (gone, "已经撤销")):
        with pytest.raises(Refused, match=words):
            _report(target, office)


def test_only_who_oversees_the_regime_reports(scheme, office, chief):
    with pytest.raises(PermissionDenied):
        _report(_enter(scheme, office), chief)


@pytest.mark.parametrize(
    ("over", "field"),
    [({"level": "MOON"}, "level"), ({"due_on": date(2027, 1, 1)}, "due_on")],
)
def test_a_bad_level_or_last_day_is_refused(scheme, office, over, field):
    with pytest.raises(Invalid) as refused:
        _enter(scheme, office, **over)

    assert set(refused.value.fields) == {field}


def test_the_page_takes_a_report_and_shows_it(client, scheme, office):
    target = _enter(scheme, office, year=None)
    client.force_login(office)
    form = {"r-value": "80", "r-as_of": str(timezone.localdate()), "r-ground": "作业台账"}

    bad = client.post(f"/stations/targets/{target.pk}/report/", form | {"r-value": "x"})
    much = client.post(f"/stations/targets/{target.pk}/report/", form | {"r-value": "101"})
    assert much.status_code == 422
    assert "应在 0 到 100 之间" in much.content.decode()
    assert 'value="作业台账"' in much.content.decode()
    good = client.post(f"/stations/targets/{target.pk}/report/", form)

    assert (bad.status_code, good.status_code) == (422, 302)
    shown = client.get(f"/stations/targets/{target.pk}/").content.decode()
    assert "80 %" in shown
    assert "未达到目标" in shown
    assert "作业台账" in shown


@pytest.mark.parametrize("code", ["yiyang", "zhongyuan"])
def test_every_indicator_of_the_documents_has_its_name(code):
    rows = read_csv(SCHEMES / code / "targets.csv", ["code", "subject", "indicator"])

    assert rows
    for row in rows:
        assert row["indicator"] in Target.Indicator.values
        assert Target(indicator=row["indicator"]).label != row["indicator"]


def test_an_unknown_indicator_is_refused_with_file_and_line(scheme, tmp_path):
    head = "code,subject,indicator,operator,value,unit,period,year,strength,clause\n"
    (tmp_path / "targets.csv").write_text(head + "a,全区,happiness,>=,1,,YEAR,2026,MUST,\n")

    with pytest.raises(Invalid, match="indicator"):
        loading.load(scheme, tmp_path, at=NOON)
