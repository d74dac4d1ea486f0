"""A year of real durations: board, ledger, reports and figures against a diary in plain Python."""

from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from grids.models import GridScheme
from tasks.models import Measure
from tasks.services import ledger
from times_of_requests import pairs_of
from year import BEIJING, Year, prepare
from year_by_hand import check_month, months_of

DATA = Path(__file__).parent / "data" / "requests.csv"


@pytest.fixture(scope="module")
def requests():
    with DATA.open(encoding="utf-8", newline="") as file:
        return pairs_of(file)


def played(code, first, due_day, pairs, units, *, most):
    """The shipped regime with `most` units per measure, to keep it quick; all its measures."""
    call_command("load_scheme", str(Path(settings.BASE_DIR, "schemes", code)), stdout=StringIO())
    year = Year(GridScheme.objects.get(code=code), due_day=due_day)
    since = datetime.combine(first, datetime.min.time(), BEIJING)
    prepare(year, pairs, since, since.replace(year=since.year + 1), most=most)
    found, cells = [], 0
    for month in months_of(first):
        differences, counted = check_month(year, month, units)
        found, cells = found + differences, cells + counted
    return year, found, cells


def is_varied(year):
    """A year in which everything happened that the figures are about."""
    words = {word for page in year.diary.values() for _, word in page.steps}
    assert {"extended", "returned", "reopened", "closed", "handed"} <= words
    assert any(page.closed_late for page in year.diary.values())
    assert any(page.is_open for page in year.diary.values())


def test_lines_that_could_not_have_happened_are_counted_and_left_out(requests):
    pairs, impossible = requests

    assert (len(pairs), impossible) == (180, 4)
    assert all(closed is None or closed >= opened for opened, closed in pairs)


@pytest.mark.slow
@pytest.mark.clause("ZY-06", "ZY-07", "ZY-104", "ZY-105")
def test_the_47_measures_of_zhongyuan_agree_with_the_diary_for_a_year(db, requests):
    units = ["D-ENVIRONMENT", "D-CONSTRUCTION", "410102001"]
    year, found, cells = played("zhongyuan", date(2017, 3, 1), 24, requests[0][::4], units, most=1)

    assert found == []
    numbers = set(Measure.objects.filter(plan=year.plan).values_list("number", flat=True))
    assert numbers == set(range(1, 48))
    assert {page.measure[0] for page in year.diary.values() if page.measure} == numbers
    assert cells > 2_000
    is_varied(year)
    assert ledger.verify(at=datetime(2018, 3, 1, tzinfo=BEIJING), with_files=False).is_whole


@pytest.mark.slow
@pytest.mark.clause("Y1-34", "Y1-79")
def test_the_ten_items_of_yiyang_agree_with_the_diary_for_a_year(db, requests):
    units = ["430902", "430903"]
    year, found, cells = played("yiyang", date(2021, 3, 1), 3, requests[0][::6], units, most=2)

    assert found == []
    numbers = set(Measure.objects.filter(plan=year.plan).values_list("number", flat=True))
    assert numbers == set(range(1, 11))
    assert cells > 800
