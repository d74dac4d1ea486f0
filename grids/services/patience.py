"""A row that somebody else holds: try again a few times, then say so."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError

from grids.errors import Busy

PAUSES = (0.05, 0.15, 0.4)
"""Seconds before the second, third and fourth try; each is drawn up to half as long again."""
PASSING = {"55P03", "40P01", "40001"}
"""PostgreSQL: lock not available (`lock_timeout`), deadlock, could not serialize."""
SENTENCE = "这条记录正由别人办理，稍等几秒再试；您这一次没有改动任何内容。"

P = ParamSpec("P")
T = TypeVar("T")


def patient(work: Callable[P, T]) -> Callable[P, T]:
    """Runs a transaction anew when it met a lock that did not come free: three times, with jitter.

    Stands above `transaction.atomic`; inside another transaction only the inner part is repeated.
    Raises Busy (409) in the end. How long one try waits is `lock_timeout` (`config.wsgi`).
    """

    @wraps(work)
    def trying(*args: P.args, **kwargs: P.kwargs) -> T:
        for pause in PAUSES:
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not is_passing(error):
                    raise
            time.sleep(pause * random.uniform(1, 1.5))  # noqa: S311  only spreads the tries
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            if is_passing(error):
                raise Busy(SENTENCE) from error
            raise

    return trying


def is_passing(error: OperationalError) -> bool:
    """Whether the database gave up over what another transaction does."""
    return getattr(error.__cause__, "pgcode", "") in PASSING
