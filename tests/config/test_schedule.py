import inspect
import json
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from config import jobs, schedule
from grids.models import JobRun


@pytest.mark.parametrize("job", schedule.JOBS, ids=lambda job: job.name)
def test_every_job_of_the_schedule_exists_and_takes_both_moments(job):
    function = import_string(job.path)

    assert set(inspect.signature(function).parameters) == {"at", "due_at"}


def test_names_are_unique():
    assert len(schedule.BY_NAME) == len(schedule.JOBS)


@pytest.fixture
def one_job(monkeypatch):
    """A schedule of one job that notes when it ran."""
    done = []
    monkeypatch.setattr(schedule, "import_string", lambda path: lambda **kw: done.append(kw))
    only = [schedule.BY_NAME["day_close"]]
    monkeypatch.setattr(jobs, "JOBS", only)
    return done


@pytest.mark.django_db
def test_the_sweep_runs_what_is_due_once(one_job, noon):
    with time_machine.travel(noon, tick=False):
        sent = [jobs.sweep(), jobs.sweep()]

    assert sent == [1, 0]
    assert len(one_job) == 1
    assert JobRun.objects.get().state == JobRun.State.DONE


@pytest.mark.django_db
def test_days_missed_while_everything_was_down_are_made_up_once_each(one_job, noon):
    with time_machine.travel(noon.replace(day=10), tick=False):
        jobs.sweep()
    with time_machine.travel(noon, tick=False):
        jobs.sweep()
        jobs.sweep()

    days = [kw["due_at"].day for kw in one_job]
    assert days == list(range(10, 19))
    assert {kw["at"].day for kw in one_job[1:]} == {18}  # really now, not the missed moment


def run_job(*words):
    out = StringIO()
    call_command("job", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_job_can_be_run_by_hand_as_of_a_moment_and_only_once(one_job):
    first = json.loads(run_job("day_close", "--at", "2026-11-16T07:00+08:00", "--json"))
    second = json.loads(run_job("day_close", "--at", "2026-11-16T09:00", "--json"))

    assert (first["period"], first["state"]) == ("2026-11-16", "DONE")
    assert second == first
    assert len(one_job) == 1


@pytest.mark.django_db
def test_a_job_that_fails_by_hand_says_why_and_ends_with_status_1(monkeypatch):
    def broken(**kwargs):
        raise RuntimeError("站点数据缺失")

    monkeypatch.setattr(schedule, "import_string", lambda path: broken)

    with pytest.raises(CommandError, match="站点数据缺失") as failure:
        run_job("day_close")

    assert failure.value.returncode == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [(["no-such-job"], "没有叫"), (["day_close", "--at", "yesterday"], "不是有效的时刻")],
)
def test_bad_words_end_with_a_sentence_and_status_2(words, says):
    with pytest.raises(CommandError, match=says) as failure:
        run_job(*words)

    assert failure.value.returncode == 2
