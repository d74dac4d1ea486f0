"""Reading a regime's folder: differences, the second time nothing, errors with file and line."""

import csv
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from grids import access, invariants, regime, selectors
from grids.errors import Invalid
from grids.loading import Row, read_csv, sync
from grids.models import Clause, Grid, GridScheme, Post, Role, Supervision, Tier
from grids.services.posts import appoint
from grids.services.schemes import load_scheme


def rewrite(path, change):
    """The file with `change` applied to its text."""
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.clause("Y1-07", "Y1-08", "Y1-11", "Y1-12", "W-41", "Z-06", "ZY-24")
def test_a_folder_makes_the_tree_of_the_regime(loaded):
    grids = {grid.code: grid for grid in loaded.grids.select_related("parent")}

    assert {grid.tier for grid in grids.values()} == set(Tier.values)
    assert grids["430902005001"].parent.code == "430902005"  # community under street
    assert grids["D-ECO-1"].parent.code == "D-ECO"  # section under department
    assert grids["430902005"].tier == grids["D-ECO-1"].tier == Tier.SECOND
    assert not invariants.broken_places()


@pytest.mark.clause("Y1-15")
def test_titles_of_one_role_take_seats_one_after_another(loaded):
    chiefs = Post.objects.filter(grid__code="430902005001", role=Role.CHIEF).order_by("seat")

    assert list(chiefs.values_list("seat", "title")) == [
        (1, "村（社区）支部书记"),
        (2, "村（社区）主任"),
    ]


def test_selectors_name_many_grids(loaded):
    codes = Post.objects.filter(role=Role.CHIEF, title="主要领导").values_list("grid__code")

    assert {code for (code,) in codes} == {"D-ECO-1", "430902005"}
    assert Post.objects.get(title="企业法定代表人").grid.code == "K-1"


@pytest.mark.clause("Y1-21")
def test_supervision_is_loaded_with_its_sentence(loaded):
    lines = Supervision.objects.filter(grid__code="K-1").order_by("supervisor__code")

    assert [(line.supervisor.code, line.clause) for line in lines] == [
        ("430902", "C-06"),
        ("D-ECO", "C-06"),
    ]
    assert "直接实施监督管理" in selectors.quote(loaded, "C-06").quote


@pytest.mark.clause("Y2-33", "Y2-19")
def test_labels_and_meanings_are_those_of_the_regime(loaded):
    assert loaded.role_label(Role.WORKER) == "网格检查员"
    assert loaded.role_label(Role.CHIEF) == "网格长"  # not renamed
    assert loaded.tier_label(Tier.THIRD) == "三级网格（村、社区）"


def test_rules_hold_on_their_days(loaded):
    assert selectors.rule(loaded, "streak_weeks", date(2025, 12, 31)) == 2
    assert selectors.rule(loaded, "streak_weeks", date(2026, 1, 1)) == 3
    assert selectors.rule(loaded, "streak_weeks", date(2021, 1, 1), default=9) == 9
    assert selectors.rule_row(loaded, "guest_days", date(2026, 1, 1)).is_example


@pytest.mark.clause("Y1-80")
def test_the_leading_group_is_listed(loaded):
    entries = dict(regime.entries(loaded))

    (member,) = entries["领导小组成员"]
    assert (member.entry.name, member.facts) == ("组长", [("", "市人民政府市长")])


@pytest.mark.clause("Y2-35")
def test_the_matrix_merges_the_cells_of_upper_grids(loaded, today):
    shown = regime.matrix(loaded, loaded.grids.all(), today)
    rows = [[(c.grid.code, c.span, c.width) for c in row] for row in shown["rows"]]

    assert rows[0] == [("430902", 2, 1), ("430902005", 1, 1), ("430902005001", 1, 1)]
    assert rows[1] == [("K-1", 1, 2)]
    assert rows[2] == [("D-ECO", 1, 1), ("D-ECO-1", 1, 2)]
    assert shown["titles"] == ["一级网格", "二级网格"]


def test_a_matrix_row_is_as_wide_as_the_table(loaded, today):
    shown = regime.matrix(loaded, loaded.grids.all(), today)
    covered = [0] * len(shown["rows"])
    for number, row in enumerate(shown["rows"]):
        for cell in row:
            for line in range(number, number + cell.span):
                covered[line] += cell.width

    assert set(covered) == {shown["columns"]}


def test_outlines_of_the_folder_are_converted_to_wgs84(loaded):
    outline = loaded.grids.get(code="430902").boundaries.get()

    assert outline.west == pytest.approx(112.2 - 0.0055, abs=0.002)
    assert outline.west != 112.2
    assert selectors.locate(112.3, 28.7, on=date(2026, 1, 1))[0].grid.code == "430902"


def test_loading_twice_changes_nothing(folder, loaded, noon):
    assert load_scheme(folder, at=noon) == []


def test_a_dry_run_lists_everything_and_writes_nothing(folder, noon, db):
    changes = load_scheme(folder, dry_run=True, at=noon)

    assert {change.kind for change in changes} >= {"体系", "条款", "规则", "网格", "任职", "监管"}
    assert not GridScheme.objects.exists()


def test_differences_name_row_field_before_and_after(folder, loaded, noon):
    rewrite(folder / "grids.csv", lambda text: text.replace("石码头社区", "石码头新社区"))
    rewrite(folder / "rules.toml", lambda text: text.replace("value = 30", "value = 60"))

    changes = load_scheme(folder, at=noon)

    found = {(c.kind, c.key, c.field, c.before, c.after) for c in changes}
    assert found == {
        ("网格", "demo-city 430902005001", "name", "石码头社区", "石码头新社区"),
        ("规则", "demo-city guest_days 2021-02-19", "value", 30, 60),
    }


def test_what_the_folder_no_longer_names_goes_but_held_posts_and_grids_stay(
    folder, loaded, noon, today, superuser, newcomer
):
    grid = loaded.grids.get(code="430902005001")
    given = {"user": newcomer, "title": "书记", "from_on": today, "by": superuser, "at": noon}
    held = appoint(grid=grid, role=Role.CHIEF, seat=1, **given)
    (folder / "posts.csv").write_text("grid,role,title,seats,source,clause\n", encoding="utf-8")
    (folder / "grids.csv").write_text("code,parent,name,tier,kind\nDC,,市网格办,ROOT,DEPARTMENT\n")

    load_scheme(folder, at=noon)

    assert Post.objects.filter(pk=held.pk, user=newcomer).exists()
    assert not Post.objects.filter(user=None, until_on=None).exists()
    assert loaded.grids.count() == 8


def test_a_new_grid_lands_below_its_parent_without_breaking_the_tree(folder, loaded, noon):
    line = "430902005002,430902005,七公庙社区,THIRD,TERRITORY,430902005002,C-04,\n"
    rewrite(folder / "grids.csv", lambda text: text + line)

    load_scheme(folder, at=noon)

    grid = loaded.grids.get(code="430902005002")
    assert [a.code for a in grid.get_ancestors()] == ["DC", "430902", "430902005"]
    assert grid.posts.count() == 2
    assert not invariants.broken_places()


def test_a_changed_parent_moves_the_grid(folder, loaded, noon):
    rewrite(folder / "grids.csv", lambda text: text.replace("K-1,430902,", "K-1,S-PARK,"))

    (change,) = load_scheme(folder, at=noon)

    assert (change.field, change.before, change.after) == ("parent", "430902", "S-PARK")
    assert loaded.grids.get(code="K-1").parent.code == "S-PARK"
    assert not invariants.broken_places()


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("grids.csv", lambda t: t.replace(",THIRD,", ",FOURTH,"), "grids.csv 第 7 行.*tier"),
        ("grids.csv", lambda t: t.replace("S-PARK,DC", "S-PARK,X"), "第 8 行：上级“X”不在本行之前"),
        ("grids.csv", lambda t: t.replace("K-1,430902", "430902,DC"), "第 9 行：编码“430902”重复"),
        (
            "grids.csv",
            lambda t: t.replace("D-ECO-1,D-ECO", "D-ECO-1,DC"),
            "第 5 行：二级网格不能设在",
        ),
        ("grids.csv", lambda t: t.replace("code,", "kode,"), "缺少列：code"),
        ("grids.csv", lambda t: t.replace("资阳区", "资" * 81), "超过 80 个字"),
        ("posts.csv", lambda t: t.replace("DC,OFFICE", "XX,OFFICE"), "posts.csv 第 2 行.*“XX”"),
        ("posts.csv", lambda t: t.replace(",OFFICE,", ",KING,"), "posts.csv 第 2 行.*role"),
        ("posts.csv", lambda t: t.replace("tier:THIRD", "size:BIG"), "posts.csv 第 7 行.*size"),
        ("posts.csv", lambda t: t.replace(",2,", ",two,"), "posts.csv 第 2 行.*整数"),
        ("supervision.csv", lambda t: t.replace("D-ECO", "D-XX"), "supervision.csv 第 2 行"),
        ("clauses.csv", lambda t: t.replace("C-02", ""), "clauses.csv 第 3 行.*id"),
        ("clauses.csv", lambda t: t + "C-09,a,b,c,d\n", "clauses.csv 第 8 行.*表头"),
        ("rules.toml", lambda t: t.replace('key = "guest_days"', ""), "第 1 条规则"),
        ("rules.toml", lambda t: t + "[[rule", "写法有误"),
        ("scheme.toml", lambda t: t.replace('name = "', 'nome = "', 1), "缺少：name"),
        ("boundaries.geojson", lambda t: t.replace("112.2,28.6", "512.2,28.6"), "经纬度"),
        ("boundaries.geojson", lambda t: "[]", "FeatureCollection"),
    ],
)
def test_a_fault_names_file_and_line_and_nothing_is_loaded(
    folder, noon, db, file, change, sentence
):
    rewrite(folder / file, change)

    with pytest.raises(Invalid, match=sentence):
        load_scheme(folder, at=noon)

    assert not GridScheme.objects.exists()


def test_a_file_that_is_not_utf8_is_refused_with_its_name(folder, noon, db):
    path = folder / "entries.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    with pytest.raises(Invalid, match=r"entries\.csv 不是 UTF-8"):
        load_scheme(folder, at=noon)


def test_the_command_prints_differences_and_a_second_run_none(folder, db, capsys):
    call_command("load_scheme", str(folder), "--json")
    first = json.loads(capsys.readouterr().out)
    call_command("load_scheme", str(folder))

    assert {"scheme", "kind", "key", "field", "before", "after"} == set(first["changes"][0])
    assert "没有变化" in capsys.readouterr().out


def test_the_dry_run_of_the_command_writes_nothing(folder, db, capsys):
    call_command("load_scheme", str(folder), "--dry-run")

    assert "将有" in capsys.readouterr().out
    assert not GridScheme.objects.exists()


def test_a_wrong_folder_ends_the_command_with_status_2(tmp_path, db):
    with pytest.raises(CommandError, match="不是体系文件夹") as caught:
        call_command("load_scheme", str(tmp_path))

    assert caught.value.returncode == 2


def test_one_bad_folder_stops_the_good_one_before_it(folder, tmp_path, db):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError):
        call_command("load_scheme", str(folder), str(tmp_path / "empty"))

    assert not GridScheme.objects.exists()


# --- the helpers other apps use ------------------------------------------------------------------


def test_sync_converts_what_csv_gives_and_prunes_only_when_asked(loaded):
    rows = [{"scheme": loaded, "code": "C-01", "place": "一", "quote": "新文"}]
    within = Clause.objects.filter(scheme=loaded)

    (change,) = sync(Clause, ("scheme", "code"), rows)
    assert (change.scheme, change.field, change.after) == ("demo-city", "quote", "新文")
    assert within.count() == 6
    assert len(sync(Clause, ("scheme", "code"), rows, within=within, prune=True)) == 5
    assert list(within.values_list("code", flat=True)) == ["C-01"]


def test_sync_writes_nothing_on_a_dry_run(loaded):
    rows = [{"scheme": loaded, "code": "C-99", "place": "", "quote": "新"}]

    assert len(sync(Clause, ("scheme", "code"), rows, dry_run=True)) == 1
    assert not Clause.objects.filter(code="C-99").exists()


def test_a_missing_file_has_no_rows(tmp_path):
    assert read_csv(tmp_path / "none.csv") == []


def test_lines_are_counted_as_an_editor_shows_them(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["name"], ["two\nlines"], ["three"]])

    rows = read_csv(path, ("name",))

    assert [row.line for row in rows] == [3, 4]
    assert [row["name"] for row in rows] == ["two\nlines", "three"]


def test_cells_say_what_they_should_be(tmp_path):
    row = Row({"day": "18.11.2026", "n": "x", "empty": ""}, tmp_path / "f.csv", 7)

    with pytest.raises(Invalid, match=r"f.csv 第 7 行：“day”应写成 2026-11-18"):
        row.day("day")
    with pytest.raises(Invalid, match="整数"):
        row.whole("n")
    assert row.day("empty") is None
    assert row.whole("empty", 4) == 4


def test_loading_gives_no_rights(loaded):
    assert not access.standing_grants()
    assert Grid.objects.filter(scheme=loaded).count() == 8
