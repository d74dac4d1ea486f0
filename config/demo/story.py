"""Plays the demo's matters through the same services that people use, at past moments."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.files.uploadedfile import InMemoryUploadedFile

from config.demo.drawing import scene
from config.demo.matters import CENTRES, Matter, Problem, matters, problems
from grids import access
from grids.models import Grid, GridScheme, User
from inspections.models import Mode
from inspections.services.visits import FindingGiven, Visit, record
from tasks.models import Attachment, Task
from tasks.services import life
from tasks.services.evidence import store

FIRST_STEP = timedelta(minutes=25)


def play(scheme: GridScheme, people: dict[str, User], *, at: datetime) -> None:
    """Every matter of one scheme, oldest first."""
    catalogue = problems()
    numbered = list(enumerate(matters(scheme.code)))
    for number, matter in sorted(numbered, key=lambda pair: -pair[1].age_hours):
        known = [one for one in catalogue if one.category in matter.kinds] or catalogue
        Player(scheme, people, matter, known[number % len(known)], number, at).play()


class Player:
    """One matter from its finding to where its path ends."""

    def __init__(
        self,
        scheme: GridScheme,
        people: dict[str, User],
        matter: Matter,
        problem: Problem,
        number: int,
        at: datetime,
    ) -> None:
        self.scheme, self.people, self.matter, self.problem = scheme, people, matter, problem
        self.number = number
        self.began = at - timedelta(hours=matter.age_hours)
        self.steps = matter.path.split()
        self.gap = timedelta(hours=matter.age_hours * matter.share) / max(1, len(self.steps))
        dice = random.Random(f"{scheme.code}-{number}")  # noqa: S311  (a place on a map)
        lon, lat = CENTRES[scheme.code]
        self.lon = round(lon + dice.uniform(-0.009, 0.009), 6)
        self.lat = round(lat + dice.uniform(-0.006, 0.006), 6)

    def play(self) -> None:
        task = self._find()
        moment = self.began + FIRST_STEP
        for place, step in enumerate(self.steps):
            task = getattr(self, f"_{step}")(task, moment, place)
            moment += self.gap

    # --- people and places ----------------------------------------------------------------------

    def _who(self, name: str) -> User:
        return self.people[name]

    def _grid(self, code: str) -> Grid:
        return Grid.objects.get(scheme=self.scheme, code=code)

    # --- the steps ------------------------------------------------------------------------------

    def _find(self) -> Task:
        finder, origin = self._who(self.matter.finder), self._grid(self.matter.origin)
        photo = self._photo("before", "SCENE", finder, self.began, 0)
        if not access.holds(finder, access.PATROL, origin):
            return self._register(finder, origin, photo)
        finding = FindingGiven(
            title=self.problem.title,
            category=self.problem.category,
            detail=f"{self.problem.place}：{self.problem.title}。",
            photos=(photo.client_id,),
        )
        visit = Visit(
            client_id=self._uuid("visit"),
            grid=origin,
            mode=self._mode(finder),
            place=self.problem.place,
            lon=self.lon,
            lat=self.lat,
            accuracy_m=12.0,
            findings=(finding,),
            started_at=self.began - timedelta(minutes=8),
        )
        inspection, _created = record(visit, by=finder, at=self.began)
        return Task.objects.get(findings__inspection=inspection)

    def _mode(self, finder: User) -> str:
        supervises = finder.posts.filter(role="SUPERVISOR").exists()
        return Mode.SUPERVISION if supervises else Mode.PATROL

    def _register(self, finder: User, origin: Grid, photo: Attachment) -> Task:
        return life.register(
            scheme=self.scheme,
            title=self.problem.title,
            category=self.problem.category,
            source=Task.Source.QUICK,
            problem=f"{self.problem.place}：{self.problem.title}。",
            place=self.problem.place,
            lon=self.lon,
            lat=self.lat,
            origin_grid=origin,
            attachments=[photo],
            by=finder,
            at=self.began,
        )

    def _issue(self, task: Task, at: datetime, place: int) -> Task:
        kind, amount = self.matter.due
        return life.issue(
            task,
            grid=self._grid(self.matter.holder),
            requirement=self.problem.demand,
            supervisor=str(self._who(self.matter.issuer)),
            deadline_kind=kind,
            deadline_amount=amount,
            override_reason="按属地与现场情况确定责任网格",
            by=self._who(self.matter.issuer),
            at=at,
        )

    def _accept(self, task: Task, at: datetime, place: int) -> Task:
        return life.accept(task, by=self._who(self.matter.handler), at=at)

    def _report_up(self, task: Task, at: datetime, place: int) -> Task:
        reason = "需住建部门协调，本级无法处置"
        return life.report_up(task, reason=reason, by=self._who(self.matter.handler), at=at)

    def _submit(
        self, task: Task, at: datetime, place: int, more: Sequence[Attachment] = ()
    ) -> Task:
        handler = self._who(self.matter.handler)
        taken = at - timedelta(minutes=12)
        pair = [
            self._photo("before", "BEFORE", handler, taken, place),
            self._photo("after", "AFTER", handler, taken, place),
        ]
        return life.submit(
            task,
            measures=self.problem.done,
            result="已按要求整改",
            attachments=[*pair, *more],
            by=handler,
            at=at,
        )

    def _send_back(self, task: Task, at: datetime, place: int) -> Task:
        reason = "东侧仍有部分未整改到位，请补充后重新反馈。"
        return life.send_back(task, reason=reason, by=self._who(self.matter.issuer), at=at)

    def _approve(self, task: Task, at: datetime, place: int) -> Task:
        note = "现场核实，整改到位，同意销号。"
        return life.approve(task, note=note, by=self._who(self.matter.issuer), at=at)

    # --- evidence -------------------------------------------------------------------------------

    def _uuid(self, word: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"demo/{self.scheme.code}/{self.number}/{word}")

    def _photo(self, moment: str, purpose: str, by: User, at: datetime, place: int) -> Attachment:
        site = f"{self.scheme.code}-{self.number}"
        data, digest = scene(self.problem.category, moment, site, f"{purpose}-{place}")
        file = InMemoryUploadedFile(
            BytesIO(data), "file", f"{moment}.jpg", "image/jpeg", len(data), None
        )
        attachment, _created = store(
            client_id=self._uuid(f"{purpose}-{place}"),
            file=file,
            sha256=digest,
            purpose=purpose,
            by=by,
            at=at,
            grid=self._grid(self.matter.origin),
            lon=self.lon,
            lat=self.lat,
            accuracy_m=9.0,
            fix_at=at,
            device_at=at,
        )
        return attachment
