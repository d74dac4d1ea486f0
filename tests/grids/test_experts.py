"""三支队伍: an expert is invited to one grid for a time and says a word on its problems."""

from datetime import timedelta

import pytest

from build import make_user
from build_tasks import make_task
from grids.models import Role, User
from grids.services import posts
from grids.services.authority import refresh_all
from tasks.models import Task
from tasks.services import life

DAY = timedelta(days=1)


@pytest.fixture
def expert(village, office, noon):
    user = make_user("expert", display_name="臭氧专家", team=User.Team.EXPERT)
    posts.appoint(
        grid=village,
        role=Role.WORKER,
        user=user,
        title="网格专家",
        from_on=noon.date(),
        until_on=noon.date() + 10 * DAY,
        source="聘请",
        by=office,
        at=noon,
        seat=50,
    )
    return user


@pytest.mark.clause("Y1-90")
def test_an_invited_expert_comments_on_a_problem_of_the_grid(cast, expert, noon):
    task = make_task(cast)

    life.comment(task, note="建议先测走航数据。", by=expert, at=noon)

    assert task.events.filter(by=expert, note="建议先测走航数据。").exists()


@pytest.mark.clause("Y1-90", "W-13")
def test_the_invitation_ends_by_itself(cast, expert, noon):
    task = make_task(cast)
    assert Task.objects.visible_to(expert).filter(pk=task.pk).exists()

    refresh_all(on=noon.date() + 11 * DAY)

    later = User.objects.get(pk=expert.pk)
    assert not Task.objects.visible_to(later).filter(pk=task.pk).exists()
