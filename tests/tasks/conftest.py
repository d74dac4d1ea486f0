from datetime import date
from types import SimpleNamespace

import pytest

from build_tasks import (
    make_closed,
    make_handled,
    make_registered,
    make_submitted,
    make_task,
)
from tasks.models import Task


@pytest.fixture
def registered(cast: SimpleNamespace) -> Task:
    """Found in the village by its 网格员, nobody has it yet."""
    return make_registered(cast.scheme, cast.tree.village, cast.worker)


@pytest.fixture
def issued(cast: SimpleNamespace) -> Task:
    """Issued by the office to the village."""
    return make_task(cast)


@pytest.fixture
def handled(cast: SimpleNamespace) -> Task:
    """Signed by the 网格员 of the village."""
    return make_handled(cast)


@pytest.fixture
def submitted(cast: SimpleNamespace) -> Task:
    """Round 1 waits for the office."""
    return make_submitted(cast)


@pytest.fixture
def closed(cast: SimpleNamespace) -> Task:
    return make_closed(cast)


@pytest.fixture
def one_regime(cast: SimpleNamespace) -> SimpleNamespace:
    """The office holds every root there is: the other regime has closed."""
    cast.other_scheme.grids.update(closed_on=date(2026, 1, 1))
    return cast
