"""Outlines: dated, in WGS-84, with gaps and overlaps; who answers for a point."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from shapely.geometry import box, mapping, shape

from grids import coverage, geo, places, selectors
from grids.errors import Invalid
from grids.models import Grid, GridBoundary
from grids.services import outlines

DAY = timedelta(days=1)


def square(west, south, size=0.1):
    return mapping(box(west, south, west + size, south + size))


@pytest.fixture
def redraw(office, today, noon):
    def call(grid, geometry, **over):
        given = {"valid_from": today, "datum": "wgs84", "by": office, "at": noon}
        return outlines.redraw(grid, geometry=geometry, **given | over)

    return call


@pytest.mark.clause("Y1-57")
def test_a_new_outline_ends_the_old_one_the_day_before(redraw, village, today):
    redraw(village, square(112.3, 28.5), valid_from=today - 100 * DAY)
    redraw(village, square(112.4, 28.5), source="勘界")

    old, new = village.boundaries.order_by("valid_from")
    assert (old.valid_to, new.valid_to) == (today - DAY, None)
    assert selectors.locate(112.35, 28.55, on=today) == []
    assert selectors.locate(112.35, 28.55, on=today - DAY)[0].grid == village
    assert list(village.events.values_list("action", flat=True)) == ["redraw", "redraw"]


@pytest.mark.clause("Y1-57")
def test_only_the_office_draws(redraw, village, chief):
    with pytest.raises(PermissionDenied):
        redraw(village, square(112.3, 28.5), by=chief)

    assert not GridBoundary.objects.exists()


def test_shifted_input_is_kept_unshifted(redraw, village):
    boundary = redraw(village, square(112.3, 28.5), datum="gcj02")

    back = [geo.wgs84_to_gcj02(*point) for point in shape(boundary.geometry).exterior.coords]
    assert {(round(x, 4), round(y, 4)) for x, y in back} == {
        (112.3, 28.5),
        (112.4, 28.5),
        (112.4, 28.6),
        (112.3, 28.6),
    }


BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[112, 28], [113, 29], [113, 28], [112, 29], [112, 28]]],
}


@pytest.mark.parametrize(
    ("geometry", "datum", "sentence"),
    [
        ({"type": "Point", "coordinates": [112, 28]}, "wgs84", "Polygon"),
        ({"type": "Polygon", "coordinates": []}, "wgs84", "Polygon"),
        ({"type": "Polygon", "coordinates": [[[112, 28]]]}, "wgs84", "不是 GeoJSON"),
        ({"type": "Polygon", "coordinates": "x"}, "wgs84", "不是 GeoJSON"),
        ({"nothing": 1}, "wgs84", "不是 GeoJSON"),
        ({}, "wgs84", "不是 GeoJSON|Polygon"),
        (square(28.5, 112.3), "wgs84", "先经度后纬度"),
        (BOW_TIE, "wgs84", "自相交"),
        (square(112, 28), "bd09", "坐标系"),
    ],
)
def test_what_is_not_an_outline_is_refused(redraw, village, geometry, datum, sentence):
    with pytest.raises(Invalid, match=sentence):
        redraw(village, geometry, datum=datum)

    assert not GridBoundary.objects.exists()


def test_an_outline_cannot_begin_before_a_later_one(redraw, village, today):
    redraw(village, square(112.3, 28.5))

    with pytest.raises(Invalid, match="更晚的起用日期"):
        redraw(village, square(112.4, 28.5), valid_from=today - DAY)


# --- who answers for a point --------------------------------------------------------------------


@pytest.fixture
def drawn(redraw, street, village, other_village):
    redraw(street, square(112.3, 28.5, 0.2))
    redraw(village, square(112.3, 28.5))
    redraw(other_village, square(112.4, 28.5))


@pytest.mark.clause("Y2-01", "ZY-82")
def test_a_point_has_one_chain_from_the_innermost_grid_up(drawn, village, street, worker, today):
    (found,) = selectors.locate(112.35, 28.55, on=today)

    assert found.grid == village
    assert [grid.code for grid in found.chain] == ["ROOT", "D1", "S1", "V1"]
    assert [post.user for post in found.posts if post.grid == village] == [worker]


def test_where_no_village_is_drawn_the_street_answers(drawn, street, today):
    assert selectors.locate(112.35, 28.65, on=today)[0].grid == street


def test_outside_nobody_answers_and_closed_grids_do_not(drawn, village, street, today):
    assert selectors.locate(100, 20, on=today) == []
    Grid.objects.filter(pk=village.pk).update(closed_on=today)

    assert selectors.locate(112.35, 28.55, on=today)[0].grid == street


@pytest.mark.clause("Y2-06")
def test_every_regime_on_the_ground_answers(drawn, other_scheme, office, superuser, redraw, today):
    redraw(other_scheme.grids.get(), square(112, 28, 1), by=superuser)

    found = selectors.locate(112.35, 28.55, on=today)

    assert {one.scheme for one in found} == {other_scheme, found[1].scheme}
    assert len(found) == 2


# --- gaps and overlaps --------------------------------------------------------------------------


@pytest.mark.clause("Y2-01")
def test_the_report_names_gaps_and_overlaps_of_a_level(
    redraw, street, village, other_village, scheme, today
):
    redraw(street, square(112.3, 28.5, 0.2))
    redraw(village, square(112.3, 28.5, 0.12))
    redraw(other_village, square(112.4, 28.5))

    (level,) = [lv for lv in places.report(scheme, scheme.grids.all(), today) if lv.grid == street]

    (shared,) = level.overlaps
    assert shared.names == ("学门口社区", "三里桥社区")
    assert shared.area_km2 == pytest.approx(0.02 * 0.1 * 111.32**2 * 0.878, rel=0.01)
    assert sum(gap.area_km2 for gap in level.gaps) == pytest.approx(
        (0.2 * 0.2 - 0.12 * 0.12 - 0.1 * 0.1 + 0.02 * 0.1) * 111.32**2 * 0.878, rel=0.01
    )


def test_a_seamless_level_has_no_finding():
    whole = box(112, 28, 112.2, 28.1)
    parts = [box(112, 28, 112.1, 28.1), box(112.1, 28, 112.2, 28.1)]

    assert coverage.gaps(whole, parts) == []
    assert coverage.overlaps([("甲", parts[0]), ("乙", parts[1])]) == []


def test_a_hole_and_a_double_are_found_by_their_size():
    whole = box(112, 28, 112.2, 28.1)
    parts = [box(112, 28, 112.1, 28.1), box(112.05, 28, 112.2, 28.05)]

    (gap,) = coverage.gaps(whole, parts)
    (double,) = coverage.overlaps([("甲", parts[0]), ("乙", parts[1])])
    assert gap.area_km2 > double.area_km2 > 1
    assert whole.contains(shape({"type": "Point", "coordinates": [gap.lon, gap.lat]}))


def test_slivers_of_the_pen_are_not_reported():
    sliver = [("甲", box(112, 28, 112.1, 28.1)), ("乙", box(112.1 - 1e-6, 28, 112.2, 28.1))]

    assert coverage.overlaps(sliver) == []


# --- the importer -------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "districts.geojson"
    features = [
        {"type": "Feature", "properties": {"adcode": code}, "geometry": square(112.3, 28.5)}
        for code in ("430902", "999999")
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_boundaries_are_found_by_division_code(file, scheme, district, capsys):
    Grid.objects.filter(pk=district.pk).update(division_code="430902")

    call_command(
        "load_boundaries", str(file), "--scheme", scheme.code, "--datum", "gcj02", "--json"
    )

    assert json.loads(capsys.readouterr().out) == {
        "drawn": 1,
        "unchanged": 0,
        "unknown": ["999999"],
    }
    assert district.boundaries.get().source == places.MAP_NOTE
    call_command("load_boundaries", str(file), "--scheme", scheme.code, "--datum", "gcj02")
    assert "已绘制 0 个网格的边界，1 个没有变化" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": 3}', "\x00"])
def test_the_importer_refuses_what_is_not_geojson(tmp_path, scheme, text):
    path = tmp_path / "x.geojson"
    path.write_text(text)

    with pytest.raises(CommandError) as caught:
        call_command("load_boundaries", str(path), "--scheme", scheme.code, "--datum", "wgs84")
    assert caught.value.returncode == 2


def test_features_that_are_no_objects_are_listed(scheme, noon, today):
    drawn = outlines.load_boundaries(
        scheme, [3, {}, {"properties": None}], datum="wgs84", valid_from=today, at=noon
    )

    assert len(drawn.unknown) == 3
