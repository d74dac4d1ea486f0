"""The checklists and duties that the shipped regimes bring from their documents."""

from pathlib import Path

import pytest

from build import make_scheme
from inspections.models import ChecklistItem, Duty
from inspections.schedule import bounds, modes_of, takes_records
from inspections.services.loading import load

SCHEMES = Path(__file__).resolve().parents[2] / "schemes"
CODES = ("yiyang", "yiyang-patrol", "wangcheng", "zhongyuan", "ziyang")


@pytest.fixture
def regime(db, noon):
    def loaded(code):
        scheme = make_scheme(code)
        load(scheme, SCHEMES / code, dry_run=False, at=noon)
        return scheme

    return loaded


@pytest.mark.parametrize("code", CODES)
def test_loading_a_regime_twice_changes_nothing(regime, noon, code):
    scheme = regime(code)

    assert load(scheme, SCHEMES / code, dry_run=False, at=noon) == []
    assert scheme.checklists.exists()


@pytest.mark.parametrize("code", CODES)
def test_every_duty_can_be_fulfilled_by_some_record(regime, noon, code):
    for duty in Duty.objects.filter(scheme=regime(code)):
        bounds(duty.period, noon.date())
        assert modes_of(duty.activity) or takes_records(duty.activity)


@pytest.mark.parametrize(
    ("code", "sheet", "words"),
    [
        pytest.param(code, sheet, words, marks=pytest.mark.clause(clause))
        for code, sheet, clause, words in [
            ("yiyang", "yy-catering", "Y1-43", ["油烟未沿街直排", "没有露天烧烤"]),
            ("yiyang", "yy-road", "Y1-44", ["道路无积尘", "路面见底色", "交通顺畅、无拥堵"]),
            ("zhongyuan", "zy-two-bans", "ZY-53", ["禁止现场搅拌混凝土", "禁止现场配制砂浆"]),
            ("zhongyuan", "zy-muck-truck", "ZY-64", ["无外露", "无遗撒", "无高尖", "无扬尘"]),
            ("zhongyuan", "zy-vocs", "ZY-22", ["非正常工况排放的有机废气送火炬系统处理"]),
        ]
    ],
)
def test_a_checklist_asks_what_its_document_says(regime, code, sheet, words):
    items = ChecklistItem.objects.filter(checklist__scheme=regime(code), checklist__code=sheet)

    assert set(words) <= set(items.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("sheet", "count"),
    [
        pytest.param("zy-six-in-place", 6, marks=pytest.mark.clause("ZY-51")),
        pytest.param("zy-six-hundred-percent", 6, marks=pytest.mark.clause("ZY-52")),
        pytest.param("zy-industrial-yard", 6, marks=pytest.mark.clause("ZY-77")),
    ],
)
def test_six_are_six(regime, sheet, count):
    items = ChecklistItem.objects.filter(checklist__scheme=regime("zhongyuan"))

    assert items.filter(checklist__code=sheet).count() == count


@pytest.mark.clause("ZY-58", "ZY-60")
def test_the_numbers_of_the_document_are_limits(regime):
    numbers = ChecklistItem.objects.filter(checklist__scheme=regime("zhongyuan"), answer="NUMBER")

    assert {"≥ 1.8 米", "≤ 60 立方米"} <= {item.demand for item in numbers}
