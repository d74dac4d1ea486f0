"""What does not go straight: quarrels, joint orders, extensions, 回头看 due, a long sound."""

import wave
from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO

from config.demo.matters import ISSUERS, PLACES, Matter, problems
from config.demo.story import Player
from grids.models import GridScheme, User
from tasks.models import Attachment, Task, Upload
from tasks.models.kinds import JoinRole, TransferReason
from tasks.services import life, uploads

DAYS_SINCE = {"quarrel": 3, "joint": 4, "waits": 2, "granted": 6, "again": 36, "loud": 1}
"""Name → how many days ago it was found. The names are keys of `PATHS`."""
PATHS = {
    "quarrel": "issue transfer return_transfer transfer return_transfer",
    "joint": "join",
    "waits": "issue accept supervise ask_extension",
    "granted": "issue accept ask_extension grant",
    "again": "issue accept submit approve",
    "loud": "issue accept submit_loud",
}
KINDS = {
    "quarrel": "ROAD",
    "joint": "DUST",
    "waits": "YARD",
    "granted": "BARE_SOIL",
    "again": "SMALL_POLLUTER",
    "loud": "INDUSTRY",
}
"""What it is about, so that the words said fit."""
BRISK = {"again": 0.12}
"""Share of the time since it was found that the steps take, where it is not the usual one."""
FIRST_NUMBER = 100  # of these matters; photos and ids are drawn from it


@dataclass(frozen=True)
class Peer:
    """The other grid of a quarrel and of a joint order; `third` takes part without an account."""

    grid: str
    who: str
    third: str


PEERS = {
    "yiyang": Peer("D-URBAN", "yy-urban", "D-HOUSING"),
    "wangcheng": Peer("430112007", "wc-white", "430112005"),
    "yiyang-patrol": Peer("430923103", "yp-next", "430923105"),
    "zhongyuan": Peer("410102002", "zy-next", "410102003"),
    "ziyang": Peer("430902104", "zi-next", "430902105"),
}
WORDS = (
    "带泥路段在两家交界处的道路红线以内，按职责清单由对方管养。",
    "泥土来自红线以外的工地出口，对方是工地的属地网格，应由对方督促冲洗。",
    "工地已完工退场，现有积泥在对方管养的路段上，不属本网格范围。",
    "界线图上该点在对方辖区内，照片见附件，请网格办裁定。",
)
"""What the two sides say in turn."""


def play(scheme: GridScheme, people: dict[str, User], *, at: datetime) -> int:
    """The harder matters of one scheme, oldest first; returns how many tasks it has now."""
    catalogue = {one.category: one for one in problems()}
    order = sorted(DAYS_SINCE, key=lambda name: -DAYS_SINCE[name])
    for place, name in enumerate(order):
        number = FIRST_NUMBER + place
        matter = _matter(scheme.code, name)
        Stubborn(scheme, people, matter, catalogue[KINDS[name]], number, at).play()
    return Task.objects.filter(scheme=scheme).count()


def _matter(scheme: str, name: str) -> Matter:
    holder, handler, _ = PLACES[scheme][0]
    return Matter(
        finder=ISSUERS[scheme],
        origin=holder,
        holder=holder,
        handler=handler,
        issuer=ISSUERS[scheme],
        path=PATHS[name],
        age_hours=DAYS_SINCE[name] * 24,
        due=("WORKDAYS", 5),
        share=BRISK.get(name, 0.8),
    )


class Stubborn(Player):
    """A matter that two grids push to and fro, that several share, or that needs more time."""

    def _peer(self) -> Peer:
        return PEERS[self.scheme.code]

    def _transfer(self, task: Task, at: datetime, place: int) -> Task:
        return life.transfer(
            task,
            to=self._grid(self._peer().grid),
            reason_code=TransferReason.NOT_MY_DUTY if place == 1 else TransferReason.NOT_MY_AREA,
            note=WORDS[place - 1],
            by=self._who(self.matter.handler),
            at=at,
        )

    def _return_transfer(self, task: Task, at: datetime, place: int) -> Task:
        who = self._who(self._peer().who)
        return life.return_transfer(task, note=WORDS[place - 1], by=who, at=at)

    def _supervise(self, task: Task, at: datetime, place: int) -> Task:
        note = "群众多次反映，挂牌督办，每日报进展。"
        return life.supervise(task, note=note, listed=True, by=self._who(self.matter.issuer), at=at)

    def _ask_extension(self, task: Task, at: datetime, place: int) -> Task:
        return life.ask_extension(
            task,
            due_at=(task.due_at or at) + timedelta(days=3),
            reason="连续降雨，围挡基础无法浇筑，预计天晴后三日完成。",
            by=self._who(self.matter.handler),
            at=at,
        )

    def _grant(self, task: Task, at: datetime, place: int) -> Task:
        who, note = self._who(self.matter.issuer), "情况属实，同意顺延，其间每日洒水。"
        return life.decide_extension(task, granted=True, note=note, by=who, at=at)

    def _join(self, task: Task, at: datetime, place: int) -> Task:
        """One part is done and accepted, one is being handled, one is not signed yet."""
        peer = self._peer()
        roles = ((self.matter.holder, JoinRole.LEAD), (peer.grid, JoinRole.CO))
        units = [(self._grid(code), role) for code, role in (*roles, (peer.third, JoinRole.DO))]
        whole = life.join(
            task,
            units=units,
            requirement=self.problem.demand,
            supervisor=str(self._who(self.matter.issuer)),
            deadline_kind=self.matter.due[0],
            deadline_amount=self.matter.due[1],
            mode="部门合作",
            by=self._who(self.matter.issuer),
            at=at,
        )
        hour = timedelta(hours=1)
        lead, second = (whole.parts.get(join_role=role) for _, role in roles)
        life.accept(second, by=self._who(peer.who), at=at + hour)
        for step, later in ((self._accept, 2), (self._submit, 20), (self._approve, 26)):
            lead = step(lead, at + later * hour, place)
        return whole

    def _submit_loud(self, task: Task, at: datetime, place: int) -> Task:
        handler = self._who(self.matter.handler)
        return self._submit(task, at, place, [self._sound(handler, at - timedelta(minutes=9))])

    def _sound(self, by: User, at: datetime) -> Attachment:
        """A recording of more than one piece, sent in pieces as a phone does."""
        data = hum()
        key = self._uuid("sound")
        uploads.begin(
            client_id=key,
            size=len(data),
            sha256=sha256(data).hexdigest(),
            purpose=Attachment.Purpose.DOCUMENT,
            name="风机运行声音（演示合成）.wav",
            by=by,
            at=at,
            grid=self._grid(self.matter.origin),
        )
        row = Upload.objects.get(client_id=key)
        for offset in range(0, len(data), uploads.MOST_PIECE):
            piece = data[offset : offset + uploads.MOST_PIECE]
            uploads.append(row, offset=offset, piece=piece, at=at)
        row.refresh_from_db()
        attachment, _created = uploads.complete(row, at=at)
        return attachment


def hum(seconds: int = 60, rate: int = 44_100) -> bytes:
    """A WAV of a fan, 16 bit, one channel: 5 MB a minute. The same arguments, the same bytes."""
    one = array("h", ((i * 220 % rate) * 12_000 // rate - 6_000 for i in range(rate)))
    data = BytesIO()
    with wave.open(data, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(one.tobytes() * seconds)
    return data.getvalue()
