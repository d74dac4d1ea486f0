"""The folders of `schemes/` as shipped: complete, consistent, and quoted."""

from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Exists, OuterRef

from grids import completeness, invariants, places, regime, selectors
from grids.models import Grid, GridKind, GridScheme, Post, Role, Tier
from grids.services.schemes import load_scheme
from grids.tiers import may_stand_under

SCHEMES = Path(__file__).resolve().parents[2] / "schemes"
FOLDERS = sorted(path.parent for path in SCHEMES.glob("*/scheme.toml"))


@pytest.fixture
def regime_of(noon, db):
    def call(code):
        load_scheme(SCHEMES / code, at=noon)
        return GridScheme.objects.get(code=code)

    return call


def count(scheme, **where):
    return scheme.grids.filter(**where).count()


def test_there_are_five_regimes():
    assert {path.name for path in FOLDERS} >= {
        "yiyang",
        "yiyang-patrol",
        "wangcheng",
        "ziyang",
        "zhongyuan",
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_folder_loads_and_loads_again_without_a_change(folder, noon, db):
    assert load_scheme(folder, at=noon)
    assert load_scheme(folder, at=noon) == []
    assert not invariants.broken_places()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_grid_stands_where_its_regime_allows(folder, regime_of):
    scheme = regime_of(folder.name)

    for tier, parent in scheme.grids.values_list("tier", "parent__tier"):
        assert may_stand_under(scheme.allowed_parents, tier, parent)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_everything_that_names_a_clause_quotes_its_sentence(folder, regime_of):
    scheme = regime_of(folder.name)
    known = scheme.clauses.filter(code=OuterRef("clause"))

    for rows in (scheme.grids.all(), scheme.rules.all(), scheme.entries.all()):
        assert not rows.exclude(clause="").filter(~Exists(known)).exists()
    posts = Post.objects.filter(grid__scheme=scheme).exclude(clause="")
    assert not posts.filter(~Exists(known)).exists()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
@pytest.mark.clause("Y1-10")
def test_no_grid_of_a_shipped_regime_lacks_a_post(folder, regime_of, noon):
    scheme = regime_of(folder.name)

    lacking = scheme.grids.filter(completeness.lacking_post(scheme, noon.date()))
    assert list(lacking.values_list("code", flat=True)) == []


@pytest.mark.clause("Y1-06", "Y1-07", "Y1-08", "Y1-17")
def test_yiyang_has_departments_districts_and_parks_side_by_side(regime_of):
    scheme = regime_of("yiyang")

    assert count(scheme, tier=Tier.FIRST, kind=GridKind.TERRITORY) == 3
    assert count(scheme, tier=Tier.FIRST, kind=GridKind.DEPARTMENT) >= 15
    assert count(scheme, tier=Tier.SPECIAL, kind=GridKind.PARK) == 6
    parks = scheme.grids.filter(tier=Tier.SPECIAL)
    assert {park.parent.tier for park in parks} <= {Tier.ROOT, Tier.FIRST}  # no township


@pytest.mark.clause("Y1-12", "Y1-14", "Y1-15")
def test_yiyang_reaches_every_village_with_two_chiefs(regime_of):
    scheme = regime_of("yiyang")
    villages = scheme.grids.filter(tier=Tier.THIRD, kind=GridKind.TERRITORY)

    assert villages.count() > 300
    chiefs = Post.objects.filter(grid__in=villages, role=Role.CHIEF)
    assert set(Counter(chiefs.values_list("grid_id", flat=True)).values()) == {2}


@pytest.mark.clause("Y1-21")
def test_each_key_grid_of_yiyang_has_supervisors_beside_its_parent(regime_of):
    scheme = regime_of("yiyang")

    for grid in scheme.grids.filter(tier=Tier.KEY):
        assert grid.supervisors.exists()
        assert set(grid.supervisors.all()) != {grid.parent}


@pytest.mark.clause("Y1-80", "Y1-81")
def test_yiyang_lists_its_leading_group_and_its_office(regime_of):
    scheme = regime_of("yiyang")

    assert scheme.entries.filter(kind="GROUP_MEMBER").count() >= 3
    root = scheme.grids.get(parent=None)
    assert root.posts.filter(role=Role.OFFICE).exists()
    assert "市生态环境局" in selectors.quote(scheme, "Y1-81").quote


@pytest.mark.clause("Y2-04", "Y2-05", "Y2-06", "Y2-12", "Y2-13", "Y2-19")
def test_the_corps_patrols_four_units_that_span_eight_counties(regime_of):
    scheme = regime_of("yiyang-patrol")

    units = scheme.grids.filter(tier=Tier.FIRST)
    assert units.count() == 4
    assert set(units.values_list("kind", flat=True)) == {GridKind.UNIT}
    assert count(scheme, tier=Tier.SECOND) == 8
    first = units.get(code="U1")
    assert {child.name for child in first.children.all()} == {"安化县", "桃江县"}
    assert {
        len(code)
        for code in scheme.grids.filter(tier=Tier.THIRD).values_list("division_code", flat=True)
    } == {9}  # townships
    assert "大队长" in scheme.grids.get(code="430923").posts.get(role=Role.CHIEF).title


@pytest.mark.clause("Y2-33")
def test_the_corps_calls_its_workers_inspectors(regime_of):
    assert regime_of("yiyang-patrol").role_label(Role.WORKER) == "网格检查员"


@pytest.mark.clause("Y2-35")
def test_the_corps_table_of_duties_is_printed_with_its_columns(regime_of):
    titles, lines = regime.printed_matrix(regime_of("yiyang-patrol"))

    assert titles[:3] == ["一级网格", "二级网格", "三级网格"]
    assert len(lines) == 8


@pytest.mark.clause("Y2-06")
def test_the_same_county_stands_in_two_regimes(regime_of):
    regime_of("yiyang")
    regime_of("yiyang-patrol")

    twins = Grid.objects.filter(division_code="430902").values_list("scheme__code", flat=True)
    assert set(twins) == {"yiyang", "yiyang-patrol"}


@pytest.mark.clause("Z-05", "Z-06")
def test_ziyang_names_twelve_departments_and_reaches_communities(regime_of):
    scheme = regime_of("ziyang")

    assert "12个部门" in selectors.quote(scheme, "Z-05").quote
    assert set(scheme.grids.values_list("kind", flat=True)) >= {"DEPARTMENT", "TERRITORY"}
    assert count(scheme, kind=GridKind.TERRITORY) > 100


@pytest.mark.clause("W-03", "W-41")
def test_wangcheng_has_its_office_and_its_streets_down_to_villages(regime_of):
    scheme = regime_of("wangcheng")

    assert scheme.grids.get(parent=None).posts.filter(role=Role.OFFICE).exists()
    kinds = Counter(scheme.grids.values_list("kind", flat=True))
    assert kinds[GridKind.TERRITORY] > 100
    assert kinds[GridKind.PARK] >= 1


@pytest.mark.parametrize(
    ("code", "point", "name"),
    [
        ("yiyang", (112.33, 28.60), "资阳区"),
        ("yiyang", (112.40, 28.45), "赫山区"),
        ("wangcheng", (112.80, 28.36), "望城"),
        ("zhongyuan", (113.55, 34.75), "区大气办"),
    ],
)
def test_shipped_outlines_find_who_answers(regime_of, noon, code, point, name):
    regime_of(code)

    (found,) = selectors.locate(*point, on=noon.date())

    assert name in found.grid.name


def test_shipped_outlines_do_not_overlap(regime_of, noon):
    scheme = regime_of("yiyang")

    (level,) = places.report(scheme, scheme.grids.all(), noon.date())
    assert (level.drawn, level.overlaps) == (2, [])
