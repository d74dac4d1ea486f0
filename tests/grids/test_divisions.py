"""Bulk loading of divisions: the tree is right, known rows stay, faults name their line."""

import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from build import make_scheme
from grids import invariants
from grids.errors import Invalid
from grids.models import Grid, GridScheme, Tier
from grids.services.divisions import Line, load_divisions, read

PROVINCE = [("43", "湖南省"), ("4309", "益阳市"), ("430902", "资阳区")]
STREETS = [("430902005", "大码头街道"), ("430902006", "汽车路街道")]
VILLAGES = [(f"{street}{n:03}", f"社区{n}") for street, _ in STREETS for n in range(1, 4)]


def lines(rows):
    return [Line(code, name, "d.csv", n) for n, (code, name) in enumerate(rows, 2)]


@pytest.fixture
def load(scheme, noon):
    def call(rows, **over):
        target = over.pop("scheme", scheme)
        given = {"opened_on": target.effective_on, "at": noon} | over
        return load_divisions(target, lines(rows), **given)

    return call


@pytest.mark.clause("Y1-12", "Y1-14", "Y2-12")
def test_five_levels_become_one_tree_whatever_their_order(load, scheme):
    loaded = load([*VILLAGES, *STREETS, *PROVINCE])

    assert (loaded.created, loaded.unchanged) == (11, 0)
    village = scheme.grids.get(code="430902006002")
    assert [a.name for a in village.get_ancestors()] == [
        "湖南省",
        "益阳市",
        "资阳区",
        "汽车路街道",
    ]
    assert [a.tier for a in village.get_ancestors(include_self=True)] == [
        *[Tier.ROOT] * 2,
        Tier.FIRST,
        Tier.SECOND,
        Tier.THIRD,
    ]
    assert not invariants.broken_places()
    assert not invariants.two_schemes()


def test_loading_again_changes_nothing_and_keeps_own_names(load, scheme):
    load([*PROVINCE, *STREETS])
    scheme.grids.filter(code="430902005").update(name="大码头")

    again = load([*PROVINCE, *STREETS])

    assert (again.created, again.unchanged) == (0, 5)
    assert again.differing == ["430902005：现名“大码头”，文件为“大码头街道”，保留现名"]
    assert scheme.grids.get(code="430902005").name == "大码头"


def test_rows_hang_below_the_grids_that_are_there(load, tree, scheme):
    Grid.objects.filter(pk=tree.district.pk).update(division_code="430902")

    load([*STREETS, *VILLAGES])

    assert scheme.grids.get(code="430902005").parent == tree.district
    village = Grid.objects.get(pk=tree.village.pk)  # shifted, still in its place
    assert village.is_descendant_of(Grid.objects.get(pk=tree.street.pk))
    assert not invariants.broken_places()


def test_without_a_known_prefix_a_row_hangs_below_the_root(load, root, scheme):
    load([("430903", "赫山区")])

    assert scheme.grids.get(code="430903").parent == root


def test_a_forest_has_a_tree_for_each_province(load, scheme, other_scheme):
    load([("43", "湖南省"), ("41", "河南省"), ("4101", "郑州市"), ("4309", "益阳市")])

    roots = scheme.grids.filter(parent=None)
    assert {root.name for root in roots} == {"湖南省", "河南省"}
    trees = Grid.objects.filter(parent=None).values_list("tree_id", flat=True)
    assert len(set(trees)) == 3  # the other regime keeps its own
    assert not invariants.broken_places()


def test_the_forest_switch_puts_nothing_below_the_root(load, root, scheme):
    load([("43", "湖南省")], is_forest=True)

    assert scheme.grids.get(code="43").parent is None


@pytest.mark.clause("Y2-19")
def test_the_tier_of_a_township_is_that_of_the_regime(noon, db, load):
    patrol = make_scheme(
        "patrol", allowed_parents={"SECOND": ["ROOT", "FIRST"], "THIRD": ["SECOND"]}
    )
    rows = [*PROVINCE[:2], ("430902", "资阳区"), *STREETS]

    load(rows, scheme=patrol, tiers={6: Tier.SECOND, 9: Tier.THIRD})

    assert patrol.grids.get(code="430902005").tier == Tier.THIRD


def test_the_grids_that_are_there_show_the_tiers(load, tree, scheme):
    Grid.objects.filter(pk=tree.district.pk).update(division_code="430902")
    Grid.objects.filter(pk=tree.street.pk).update(division_code="430902001", tier=Tier.SPECIAL)

    load([("430902005", "演示园区")])

    assert scheme.grids.get(code="430902005").tier == Tier.SPECIAL


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("43O902", "资阳区"), "第 5 行：代码“43O902”应为 2、4、6、9 或 12 位数字"),
        (("4309021", "资阳区"), "第 5 行"),
        (("４３０９０３", "全角"), "第 5 行"),
        (("430903", ""), "第 5 行：名称为空"),
        (("430903", "长" * 81), "第 5 行：名称为空或超过 80 个字"),
        (("430902", "重复"), "第 5 行：代码与 d.csv 第 4 行重复"),
        (("430902005001", "没有街道"), "第 5 行：三级网格不能设在“资阳区”"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(load, scheme, row, sentence):
    with pytest.raises(Invalid, match=sentence):
        load([*PROVINCE, row])

    assert not scheme.grids.exists()


def test_all_wrong_rows_are_counted_and_twenty_shown(load, scheme):
    with pytest.raises(Invalid, match="有 30 行错误") as caught:
        load([(f"x{n}", "坏") for n in range(30)])

    assert str(caught.value).count("第 ") == 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_files_of_offices_are_read_whatever_their_encoding(tmp_path, encoding, is_packed):
    data = "code,name,cityCode\n430902,资阳区,4309\n".encode(encoding)
    path = tmp_path / ("a.csv.gz" if is_packed else "a.csv")
    path.write_bytes(gzip.compress(data) if is_packed else data)

    (line,) = read([path])

    assert (line.code, line.name, line.number) == ("430902", "资阳区", 2)


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("代码,名称\n430902,资阳区\n", encoding="utf-8")

    with pytest.raises(Invalid, match="须有 code 和 name 两列"):
        list(read([path]))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "d.csv"
    rows = [*PROVINCE, *STREETS, *VILLAGES]
    path.write_text("code,name\n" + "".join(f"{c},{n}\n" for c, n in rows), encoding="utf-8")
    return path


def test_the_command_has_a_dry_run_and_a_json_answer(file, scheme, capsys):
    call_command("load_divisions", str(file), "--scheme", scheme.code, "--dry-run")
    assert "将新增 11 个网格" in capsys.readouterr().out
    assert not scheme.grids.exists()

    call_command("load_divisions", str(file), "--scheme", scheme.code, "--json")
    assert json.loads(capsys.readouterr().out)["created"] == 11
    assert scheme.grids.count() == 11


def test_the_command_refuses_with_status_2(file, db, tmp_path):
    for given in ([str(file), "--scheme", "none"], [str(tmp_path / "no.csv"), "--scheme", "x"]):
        make_scheme("x") if not GridScheme.objects.filter(code="x").exists() else None
        with pytest.raises(CommandError) as caught:
            call_command("load_divisions", *given)
        assert caught.value.returncode == 2


def test_a_province_takes_no_longer_than_a_few_statements(
    load, scheme, django_assert_max_num_queries
):
    rows = [(f"43{n:02}", f"市{n}") for n in range(1, 90)]
    rows += [(f"{city}{n:02}", f"区{n}") for city, _ in rows for n in range(1, 12)]

    with django_assert_max_num_queries(12):
        load([("43", "湖南省"), *rows])

    assert scheme.grids.count() == 1 + 89 + 979
