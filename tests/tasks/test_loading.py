"""Plans out of scheme folders: shipped ones, sets that expand, refusals with file and line."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from grids.errors import Invalid
from grids.models import GridScheme
from tasks.models import Measure, MeasureClaim, MeasureUnit, Milestone, Plan, PlanReport
from tasks.services import loading
from tasks.services.plans import expand

SCHEMES = Path(__file__).resolve().parents[2] / "schemes"


def folder_with(path, **files):
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def load(scheme, folder, noon, **over):
    return loading.load(scheme, folder, dry_run=over.get("dry_run", False), at=noon)


MEASURES = "number,part,group,title,text,deadline_text,due_on,strength,quantity,unit,clause\n"
UNITS = "number,part,role,unit\n"
SETS = "name,grid\n"


@pytest.fixture
def folder(tmp_path):
    return folder_with(
        tmp_path,
        unit_sets=SETS + "各街道,S1\n各街道,S2\n",
        measures=MEASURES + "1,,扬尘,覆盖,裸土全部覆盖,8月底前,2026-08-31,STRIVE,290,台,ZY-07\n",
        measure_units=UNITS + "1,,LEAD,D1\n1,,RESPONSIBLE,各街道\n",
    )


@pytest.mark.clause("ZY-07", "ZY-06", "W-31", "Z-08", "Y1-53")
def test_a_set_of_units_expands_to_each_of_its_members(cast, folder, noon):
    load(cast.scheme, folder, noon)

    measure = Measure.objects.get()
    units = {(unit.role, unit.grid.code, unit.via_set) for unit in measure.units.all()}
    assert units == {
        ("LEAD", "D1", ""),
        ("RESPONSIBLE", "S1", "各街道"),
        ("RESPONSIBLE", "S2", "各街道"),
    }
    assert (measure.quantity, measure.unit, measure.strength) == (290, "台", "STRIVE")


def test_loading_twice_changes_nothing_and_a_changed_line_shows_its_field(cast, folder, noon):
    assert load(cast.scheme, folder, noon)
    assert load(cast.scheme, folder, noon) == []

    text = (folder / "measures.csv").read_text(encoding="utf-8")
    (folder / "measures.csv").write_text(text.replace("290", "300"), encoding="utf-8")

    (change,) = load(cast.scheme, folder, noon)
    assert change.field == "quantity"


def test_a_trial_run_writes_nothing(cast, folder, noon):
    assert load(cast.scheme, folder, noon, dry_run=True)

    assert not Plan.objects.exists()
    assert not MeasureUnit.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("measures", MEASURES + "x,,g,t,x,,,,,,\n", "第 2 行"),
        ("measures", MEASURES + "1,,g,t,x,,31/8,,,,\n", "2026-11-18"),
        ("measures", MEASURES + "1,,g,t,x,,,,many,台,\n", "数字"),
        ("measure_units", UNITS + "1,,LEAD,NOWHERE\n", "NOWHERE"),
        ("measure_units", UNITS + "9,,LEAD,D1\n", "measures.csv"),
        ("measure_units", UNITS + "1,,BOSS,D1\n", "BOSS"),
        ("unit_sets", SETS + "各街道,XX\n", "XX"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(cast, folder, noon, name, text, words):
    folder_with(folder, **{name: text})

    with pytest.raises(Invalid, match=words) as refusal:
        load(cast.scheme, folder, noon)

    assert f"{name}.csv" in str(refusal.value)


@pytest.mark.slow
@pytest.mark.clause("ZY-40", "ZY-46")
def test_the_shipped_plans_load_and_items_without_a_lead_stay_without(db):
    call_command("load_scheme", str(SCHEMES / "zhongyuan"), verbosity=0)
    scheme = GridScheme.objects.get(code="zhongyuan")

    numbers = set(Measure.objects.filter(plan__scheme=scheme).values_list("number", flat=True))
    led = set(
        MeasureUnit.objects.filter(measure__plan__scheme=scheme, role="LEAD").values_list(
            "measure__number", flat=True
        )
    )
    assert len(numbers) >= 40
    assert {22, 33, 40, 47} <= numbers - led


def test_the_page_of_the_regime_shows_measures_with_their_sets_named_once(cast, folder, noon):
    load(cast.scheme, folder, noon)
    client = Client()
    client.force_login(cast.worker)
    url = reverse("tasks:scheme-panel", args=[cast.scheme.code])

    part = client.get(url, HTTP_HX_REQUEST="true").content.decode()

    assert "裸土全部覆盖" in part
    assert part.count("各街道") == 2  # once as carrier, once as set
    assert "<html" not in part
    assert "<html" in client.get(url).content.decode()


def busy_plan(cast, folder, noon):
    load(cast.scheme, folder, noon)
    measure = Measure.objects.get()
    expand(measure, by=cast.office, at=noon, due_at=noon + timedelta(days=30))
    return measure


def without(folder, name, words):
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if words not in line), encoding="utf-8")


def test_a_measure_with_tasks_or_claims_that_the_file_forgot_is_refused(cast, folder, noon):
    measure = busy_plan(cast, folder, noon)
    report = PlanReport.objects.create(
        plan=measure.plan,
        grid=cast.tree.street,
        period="2026-11",
        due_at=noon,
        text="按方案推进。",
        first_at=noon,
        by=cast.chief,
        by_label="街道",
        at=noon,
    )
    MeasureClaim.objects.create(report=report, measure=measure, state="GOING")
    (folder / "measures.csv").write_text(
        MEASURES + "2,,扬尘,洒水,每日洒水,,,,,,ZY-07\n", encoding="utf-8"
    )

    with pytest.raises(Invalid, match="第1项（覆盖），但它已有 3 件任务、1 条自报进展，不能删除"):
        load(cast.scheme, folder, noon)

    assert Measure.objects.get() == measure


def test_money_and_milestones_are_not_lost_to_a_file_either(cast, folder, noon):
    load(cast.scheme, folder, noon)
    Milestone.objects.create(measure=Measure.objects.get(), name="开工", due_on=noon.date())
    (folder / "measures.csv").write_text(
        MEASURES + "2,,扬尘,洒水,每日洒水,,,,,,ZY-07\n", encoding="utf-8"
    )
    (folder / "measure_units.csv").write_text(UNITS + "2,,LEAD,D1\n", encoding="utf-8")

    with pytest.raises(Invalid, match="1 个里程碑"):
        load(cast.scheme, folder, noon)


def test_a_unit_with_a_task_is_not_taken_off_its_measure(cast, folder, noon):
    busy_plan(cast, folder, noon)
    without(folder, "unit_sets", "S2")

    with pytest.raises(Invalid, match="第1项没有了责任单位大码头街道，但它已有任务"):
        load(cast.scheme, folder, noon)

    assert MeasureUnit.objects.count() == 3


def test_a_measure_that_nobody_touched_may_go(cast, folder, noon):
    load(cast.scheme, folder, noon)
    text = MEASURES + "2,,扬尘,洒水,每日洒水,,,,,,ZY-07\n"
    (folder / "measures.csv").write_text(text, encoding="utf-8")
    (folder / "measure_units.csv").write_text(UNITS + "2,,LEAD,D1\n", encoding="utf-8")

    load(cast.scheme, folder, noon)

    assert Measure.objects.get().number == 2
