"""What the tests of grids share."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from build import make_user
from grids.models import GridScheme, User
from grids.services.schemes import load_scheme

DATA = Path(__file__).parent / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A writable copy of a small regime's folder."""
    return Path(shutil.copytree(DATA / "demo-city", tmp_path / "demo-city"))


@pytest.fixture
def loaded(folder: Path, noon: datetime, db: None) -> GridScheme:
    load_scheme(folder, at=noon)
    return GridScheme.objects.get(code="demo-city")


@pytest.fixture
def today(noon: datetime) -> date:
    return noon.date()


@pytest.fixture
def newcomer(db: None) -> User:
    return make_user("newcomer", display_name="新任人员")
