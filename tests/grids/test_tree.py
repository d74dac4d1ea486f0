"""Opening, moving, closing grids; the five tiers are data; the register."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from build import make_grid, make_post, make_scheme, make_user
from grids import access, completeness, invariants, register
from grids.errors import Invalid, Refused
from grids.models import Grid, GridDocument, GridKind, Post, Role, Tier
from grids.services import tree as trees
from grids.tiers import may_stand_under

DAY = timedelta(days=1)
ALLOWED = {
    "FIRST": ["ROOT"],
    "SECOND": ["FIRST"],
    "THIRD": ["SECOND"],
    "SPECIAL": ["ROOT", "FIRST"],
    "KEY": ["ROOT", "FIRST", "SECOND", "SPECIAL"],
}


@pytest.mark.clause("Y1-07")
@pytest.mark.parametrize(
    ("tier", "parent", "is_allowed"),
    [
        ("FIRST", "ROOT", True),
        ("SECOND", "FIRST", True),
        ("THIRD", "SECOND", True),
        ("THIRD", "FIRST", False),
        ("THIRD", "ROOT", False),
        ("SPECIAL", "ROOT", True),  # a park is not forced under a township (Y1-17)
        ("SPECIAL", "SECOND", False),
        ("KEY", "SPECIAL", True),
        ("FIRST", None, False),  # everything but a root needs a parent
        ("ROOT", None, True),
        ("ROOT", "ROOT", True),  # city under province
        ("ROOT", "FIRST", False),
    ],
)
def test_which_tier_may_stand_where_is_data_of_the_regime(tier, parent, is_allowed):
    assert may_stand_under(ALLOWED, tier, parent) == is_allowed


def test_a_tier_without_a_rule_is_free():
    assert may_stand_under({}, "THIRD", "FIRST")


@pytest.fixture
def open_grid(office, noon, today):
    def call(parent, **over):
        given = {
            "code": "NEW",
            "name": "新网格",
            "tier": Tier.THIRD,
            "kind": GridKind.TERRITORY,
            "opened_on": today,
            "by": office,
            "at": noon,
        }
        return trees.open_grid(parent=parent, **given | over)

    return call


@pytest.mark.clause("Y1-06", "Y1-07", "Y1-08", "Y1-11")
def test_departments_and_territories_make_two_trees_that_meet_at_the_root(open_grid, root):
    bureau = open_grid(
        root, code="B", name="市生态环境局", tier=Tier.FIRST, kind=GridKind.DEPARTMENT
    )
    office = open_grid(bureau, code="B1", name="大气科", tier=Tier.SECOND, kind=GridKind.DEPARTMENT)
    district = open_grid(root, code="A", name="赫山区", tier=Tier.FIRST)
    town = open_grid(district, code="A1", name="会龙山街道", tier=Tier.SECOND)

    for grid in (office, town):
        assert Grid.objects.get(pk=grid.pk).get_root() == root
    assert {office.kind, town.kind} == {GridKind.DEPARTMENT, GridKind.TERRITORY}


@pytest.mark.clause("Y1-13")
def test_a_department_may_leave_out_the_third_tier(open_grid, root, scheme):
    bureau = open_grid(root, code="B", tier=Tier.FIRST, kind=GridKind.DEPARTMENT)
    open_grid(bureau, code="B1", tier=Tier.SECOND, kind=GridKind.DEPARTMENT)

    assert not scheme.grids.filter(code__startswith="B", tier=Tier.THIRD).exists()
    assert not invariants.broken_places()


@pytest.mark.clause("Y1-17")
def test_a_park_stands_at_the_city_and_not_under_a_township(open_grid, root, street):
    park = open_grid(root, code="P", name="工业园", tier=Tier.SPECIAL, kind=GridKind.PARK)

    assert park.parent == root
    with pytest.raises(Invalid, match="不能设在"):
        open_grid(street, code="P2", tier=Tier.SPECIAL, kind=GridKind.PARK)


@pytest.mark.clause("Y2-04", "Y2-19")
def test_tiers_mean_what_the_regime_says(noon, today, superuser):
    patrol = make_scheme(
        "patrol",
        tier_labels={"THIRD": "乡镇街道"},
        allowed_parents={"FIRST": ["ROOT"], "SECOND": ["FIRST"], "THIRD": ["SECOND"]},
    )
    root = make_grid(patrol)
    unit = make_grid(patrol, root, tier=Tier.FIRST, kind=GridKind.UNIT, name="第一网格单元")
    counties = [
        trees.open_grid(
            parent=unit,
            code=f"C{n}",
            name=name,
            tier=Tier.SECOND,
            kind=GridKind.TERRITORY,
            opened_on=today,
            by=superuser,
            at=noon,
        )
        for n, name in enumerate(("安化县", "桃江县"))
    ]

    assert [county.parent for county in counties] == [unit, unit]
    assert patrol.tier_label(Tier.THIRD) == "乡镇街道"


@pytest.mark.clause("Y2-06")
def test_the_same_ground_belongs_to_two_regimes_at_once(scheme, district, other_scheme):
    twin = make_grid(other_scheme, other_scheme.grids.get(), code=district.code, name="资阳区")

    assert twin.code == district.code
    assert twin.scheme != district.scheme


def test_a_code_is_used_once_in_a_regime(open_grid, street):
    open_grid(street)

    with pytest.raises(Refused, match="已被使用"):
        open_grid(street)


def test_a_wrong_tier_leaves_the_tree_as_it_was(open_grid, district, scheme):
    before = scheme.grids.count()
    with pytest.raises(Invalid, match="本体系允许的上级：二级网格"):
        open_grid(district)

    assert scheme.grids.count() == before
    assert not invariants.broken_places()


def test_only_the_office_opens_grids(open_grid, chief, street):
    with pytest.raises(PermissionDenied):
        open_grid(street, by=chief)


def test_a_street_moves_with_its_villages_and_posts(
    street, village, worker, root, scheme, office, noon
):
    target = make_grid(scheme, root, code="D2", name="赫山区")

    trees.move_grid(street, parent=target, by=office, at=noon)

    street, village = (Grid.objects.get(pk=pk) for pk in (street.pk, village.pk))
    assert street.parent == target
    assert village.is_descendant_of(Grid.objects.get(pk=target.pk))
    assert Post.objects.get(user=worker).grid == village
    assert not invariants.broken_places()
    access.forget(worker)
    assert access.holds(worker, access.VIEW, village)


def test_a_grid_cannot_move_into_itself_or_another_regime(
    district, street, office, other_scheme, noon
):
    with pytest.raises(Invalid, match="下级"):
        trees.move_grid(district, parent=street, by=office, at=noon)
    with pytest.raises(Invalid, match="另一个体系"):
        trees.move_grid(street, parent=other_scheme.grids.get(), by=office, at=noon)


def test_the_authority_of_the_old_parent_ends_with_the_move(
    village, other_street, chief, office, noon
):
    assert access.holds(chief, access.VIEW, village)

    village = trees.move_grid(village, parent=other_street, by=office, at=noon)

    access.forget(chief)
    assert not access.holds(chief, access.VIEW, village)


def test_closing_keeps_the_grid_and_ends_its_posts(village, worker, office, today, noon):
    grid = trees.close_grid(village, closed_on=today, by=office, at=noon)

    assert Post.objects.get(user=worker).until_on == today - DAY
    assert grid not in Grid.objects.open_on(today)
    assert grid in Grid.objects.open_on(today - DAY)
    access.forget(worker)
    assert not access.holds(worker, access.VIEW, grid)


def test_a_grid_with_open_children_is_not_closed(street, office, today, noon):
    with pytest.raises(Refused, match="还有下级网格"):
        trees.close_grid(street, closed_on=today, by=office, at=noon)


@pytest.mark.clause("Y1-88", "Y2-31")
def test_the_five_fixed_things_have_a_meter(village, manager, scheme, today, noon):
    texts = {
        "fixed_area": "学门口社区全域",
        "fixed_people": "网格长一名、网格员两名",
        "fixed_duties": "日常巡查",
    }
    grid = trees.fill_profile(village, profile=texts, by=manager, at=noon)

    (standing,) = completeness.standings(scheme, [grid], today).values()
    assert standing.profile == 3
    assert not standing.is_complete
    assert grid in Grid.objects.filter(completeness.lacking_profile())
    texts |= {"fixed_tasks": "每日一巡", "fixed_rewards": "年终考核"}
    grid = trees.fill_profile(village, profile=texts, by=manager, at=noon)
    assert completeness.profile_parts(grid) == 5
    assert grid not in Grid.objects.filter(completeness.lacking_profile())


def test_an_unchanged_profile_leaves_no_history(village, manager, noon):
    trees.fill_profile(village, profile={"fixed_area": ""}, by=manager, at=noon)

    assert not village.events.exists()


PDF = b"%PDF-1.7 ..."


@pytest.mark.clause("Y1-84")
def test_each_grid_keeps_its_group_paper_and_those_without_are_listed(village, manager, noon):
    everywhere = Grid.objects.all()
    assert village in completeness.lacking_document(everywhere)

    trees.add_document(
        village,
        kind=GridDocument.Kind.GROUP,
        title="领导小组文件",
        document_number="测〔2026〕1号",
        file=SimpleUploadedFile("group.pdf", PDF),
        by=manager,
        at=noon,
    )

    assert village not in completeness.lacking_document(everywhere)
    with village.documents.get().file.open("rb") as file:
        assert file.read() == PDF


@pytest.mark.parametrize(
    ("name", "data"),
    [("group.exe", b"MZ"), ("group.pdf", b"MZ not a pdf"), ("group.png", PDF), ("x", b"")],
)
def test_only_papers_are_taken(village, manager, noon, name, data):
    with pytest.raises(Invalid, match="只收"):
        trees.add_document(
            village,
            kind=GridDocument.Kind.GROUP,
            title="t",
            file=SimpleUploadedFile(name, data),
            by=manager,
            at=noon,
        )
    assert not village.documents.exists()


# --- the register -------------------------------------------------------------------------------


def test_the_tree_begins_at_the_own_grids(scheme, chief, office, village, street, root, today):
    assert register.tops(chief, scheme, today) == [street]
    assert register.tops(office, scheme, today) == [root]
    make_post(chief, village, Role.WORKER)
    assert register.tops(chief, scheme, today) == [street]  # the inner one shows inside


def test_children_come_in_pages(scheme, street, monkeypatch):
    monkeypatch.setattr(register, "CHILDREN_SHOWN", 1)

    first, rest = register.children(street)
    second, end = register.children(street, after=rest)

    assert [g.code for g in (*first, *second)] == ["V1", "V2"]
    assert (rest, end) == (1, 0)


@pytest.mark.parametrize(
    ("words", "found"),
    [("学门口", ["V1"]), ("V", ["V1", "V2"]), ("社区", ["V1", "V2"]), ("  ", []), ("没有", [])],
)
def test_search_finds_names_and_beginnings_of_codes(office, today, cast, words, found):
    grids = register.search(register.readable(office, today), words)

    assert sorted(grid.code for grid in grids) == found


def test_search_stays_inside_the_scope(worker, today, village):
    assert register.search(register.readable(worker, today), "社区") == [village]


@pytest.mark.clause("Y1-74")
def test_a_rule_opens_the_register_to_all_staff_of_the_regime_but_not_to_enterprises(
    scheme, worker, enterprise, outsider, other_village, today
):
    assert other_village not in register.readable(worker, today)

    scheme.rules.create(key="information_shared", value=True, valid_from=today)

    assert other_village in register.readable(worker, today)
    assert other_village not in register.readable(worker, today - DAY)
    assert other_village not in register.readable(enterprise, today)
    assert other_village not in register.readable(outsider, today)
    assert not access.holds(worker, access.PATROL, other_village)  # reading, not acting


def test_invariants_find_a_broken_place_and_a_strayed_grant(cast, village):
    assert [check() for _, _, check in invariants.CHECKS] == [[], [], []]

    Grid.objects.filter(pk=village.pk).update(lft=village.lft + 100)
    cast.worker.posts.update(until_on="2026-01-01")

    assert any("V1" in line for line in invariants.broken_places())
    assert any("worker" in line for line in invariants.strayed_grants())


def test_accounts_are_only_for_those_who_keep_people(chief):
    someone = make_user()

    assert not register.readable(someone, chief.date_joined.date()).exists()
