"""The demo: real hours on today's calendar, drawn photos, titles only, refused for real work."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from build import BEIJING, NOON, make_grid
from config.demo import ACCOUNTS, harder, load, people, replay
from config.demo.drawing import scene
from grids.errors import Refused
from grids.models import GridScheme
from stations.models import HourlyReading, Station
from tasks.models import Attachment, Task
from tasks.selectors import lists
from tasks.services import ledger, uploads


@pytest.mark.parametrize("shift", range(0, 800, 13))
def test_every_day_is_replayed_from_the_same_season_and_weekday(shift):
    day = date(2026, 1, 1) + timedelta(days=shift)

    source = replay.source_day(day)

    assert replay.FIRST <= source <= replay.LAST
    assert source.weekday() == day.weekday()
    apart = abs(source.timetuple().tm_yday - day.timetuple().tm_yday)
    assert min(apart, 366 - apart) <= 8


def test_a_drawn_photo_is_the_same_every_time_and_differs_after():
    assert scene("ROAD", "before", "a") == scene("ROAD", "before", "a")
    assert scene("ROAD", "before", "a")[1] != scene("ROAD", "after", "a")[1]


def test_accounts_bear_titles_and_stand_once_each():
    names = [account.username for account in ACCOUNTS]

    assert len(names) == len(set(names))
    assert all(account.who for account in ACCOUNTS)


def _demo_station(scheme: GridScheme) -> Station:
    scheme.is_demo = True
    scheme.save(update_fields=["is_demo"])
    grid = make_grid(scheme)
    return Station.objects.create(
        code="D1", name="演示站", scheme=scheme, grid=grid, control=Station.Control.MICRO
    )


def test_replay_goes_on_where_it_stopped_and_twice_changes_nothing(scheme):
    station = _demo_station(scheme)
    first = datetime(2026, 11, 18, 9, 5, tzinfo=BEIJING)

    replay.advance(at=first)
    had = HourlyReading.objects.filter(station=station).count()
    again = replay.advance(at=first)
    later = replay.advance(at=first + timedelta(hours=3))

    assert had > 24 * 7 * 8
    assert again["created"] == 0
    assert later["created"] == 3
    newest = HourlyReading.objects.filter(station=station).order_by("-hour_ending_at").first()
    assert newest.hour_ending_at == datetime(2026, 11, 18, 12, 0, tzinfo=BEIJING)


def test_without_a_demo_scheme_nothing_is_replayed(scheme, noon):
    assert replay.advance(at=noon)["created"] == 0
    assert not HourlyReading.objects.exists()


def test_a_deployment_for_real_work_refuses_the_demo(scheme, noon, settings: LazySettings):
    settings.DEPLOYED = True

    with pytest.raises(Refused, match="正式部署"):
        load.load(at=noon)


def test_every_regime_has_somebody_for_each_step_of_the_harder_matters():
    sits = {(one.scheme, one.grid): one.username for one in ACCOUNTS}
    judges = {one.scheme for one in ACCOUNTS if one.role == "SUPERVISOR"}

    for scheme, peer in harder.PEERS.items():
        assert sits[scheme, peer.grid] == peer.who
        assert scheme in judges, "nobody may do the 回头看 of what the office closed"


@pytest.fixture
def ziyang(db, monkeypatch, tmp_path, settings: LazySettings):
    settings.MEDIA_ROOT = tmp_path / "files"
    folder = Path(settings.BASE_DIR, "schemes", "ziyang")
    call_command("load_scheme", str(folder), stdout=StringIO())
    accounts = [one for one in ACCOUNTS if one.scheme == "ziyang"]
    monkeypatch.setattr(people, "ACCOUNTS", accounts)
    return GridScheme.objects.get(code="ziyang")


def test_the_pages_of_disputes_joint_orders_extensions_and_follow_ups_are_not_empty(ziyang):
    cast = people.settle(at=NOON)

    harder.play(ziyang, cast, at=NOON)

    office, again = cast["zi-office"], cast["zi-supervisor"]
    quarrel = lists.dispute_list(office, ziyang, NOON).get()
    assert (quarrel.bounces, quarrel.events.filter(action="transfer").count()) == (2, 2)
    parts = Task.objects.filter(scheme=ziyang, parent__join_role="WHOLE").order_by("join_role")
    states = dict(parts.values_list("join_role", "state"))
    assert states == {"CO": "HANDLING", "DO": "ISSUED", "LEAD": "CLOSED"}
    waiting = Task.objects.get(scheme=ziyang, extension_asked_to__isnull=False)
    assert waiting.is_listed
    assert Task.objects.filter(scheme=ziyang, extensions=1).count() == 1
    due = lists.revisit_list(again, ziyang).filter(revisit_on__lte=NOON.date())
    assert due.count() == 1
    sound = Attachment.objects.get(task__scheme=ziyang, mime="audio/wav")
    assert sound.size > uploads.MOST_PIECE
    assert ledger.verify(at=NOON).is_whole
