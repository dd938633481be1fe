"""A month of many domains in seconds: whatever DNS, SES, the queue and the functions do, nobody is demoted for what passes,
and every real loss and every return is told of, once and in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from letterhead.domains import verification
from letterhead.domains.diagnosis.evidence import Evidence
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Inquiry,
    Present,
    Question,
    Replies,
    SilenceReason,
    Unanswered,
)
from letterhead.domains.records import RecordPurpose
from letterhead.domains.rhythm import Rhythm
from letterhead.domains.verification import DomainCheck, Verification
from tests.fakes.deployment import Deployment, DiedError
from tests.fakes.domain_world import World
from tests.fakes.mail_provider import SAYS_YES
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sending_domains import NOW

MONTH = timedelta(days=30)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RHYTHM = Rhythm()
# A loss is seen at the latest at the end of an interval, looked at again, and each of both may be put off once by silence, by a
# sweep that died or by the time between two sweeps.
IN_TIME = RHYTHM.verified + RHYTHM.second_look + 3 * RHYTHM.sweep + timedelta(hours=2)
# What is gone for less than this may be seen once at most, and never twice.
TOO_SHORT = RHYTHM.second_look


@dataclass
class Faults:
    """What goes wrong in a month: shares of what happens, and how many bursts there are."""

    loss: float = 0.0
    lying_resolvers: bool = False
    servfail_bursts: int = 0
    ses_hiccups: float = 0.0
    dying_sweeps: float = 0.0
    dying_workers: float = 0.0
    twice: float = 0.0


@dataclass
class UnreliableDns:
    """The published records through packets that get lost (each question is asked three times), bursts of SERVFAIL, and recursive
    resolvers that say whatever they like."""

    published: PublishedRecords
    random: Random
    faults: Faults
    failing: set[str] = field(default_factory=set)

    @contextmanager
    def conversation(self, *, seconds: float) -> Iterator[UnreliableDns]:
        yield self

    def ask(self, inquiry: Inquiry) -> Replies:
        replies = self.published.ask(inquiry)
        return Replies(
            {question: self._zone(question, answer) for question, answer in _in_order(replies.zone)},
            {question: self._resolver(question, answer) for question, answer in _in_order(replies.resolver)},
            replies.opinions,
        )

    def _zone(self, question: Question, answer: Answer) -> Answer:
        if any(question.name.endswith(name) for name in self.failing):
            return Unanswered(question, SilenceReason.SERVFAIL, "ns1.example.net")
        if self.random.random() < self.faults.loss**3:
            return Unanswered(question, SilenceReason.TIMEOUT, "ns1.example.net")
        return answer

    def _resolver(self, question: Question, answer: Answer) -> Answer:
        if not self.faults.lying_resolvers or self.random.random() < 0.5:
            return answer
        if isinstance(answer, Present):
            return Absent(question, AbsenceReason.NO_SUCH_NAME, "resolver", negative_ttl=900)
        return Present(question, ("a lie",), 300, "resolver")


def _in_order(answers: Mapping[Question, Answer]) -> list[tuple[Question, Answer]]:
    """The same one in each run of a seed."""
    return sorted(answers.items(), key=lambda one: (one[0].name, one[0].type))


@dataclass(frozen=True)
class Outage:
    """Records of a domain that are really gone for a while."""

    name: str
    purposes: tuple[RecordPurpose, ...]
    begins: datetime
    ends: datetime

    @property
    def lasts(self) -> timedelta:
        return self.ends - self.begins


@pytest.fixture(autouse=True)
def verdicts(monkeypatch):
    """What the rules make of a domain whose records are all right follows from the answers alone; most of a month's looks find
    the same answers again, and needn't pay for the same verdict again."""
    known: dict[Hashable, Verification] = {}
    judge = verification.judge

    def remembered(check: DomainCheck, evidence: Evidence, *, now: datetime) -> Verification:
        facts = check.subject.required, evidence.answers(), check.provider, check.once_verified
        key = (*facts, tuple(check.previous.items()), check.thorough)
        if key in known:
            return known[key]
        verdict = judge(check, evidence, now=now)
        if not evidence.wanted() and all(row.seen is Seen.RIGHT for row in verdict.rows):
            known[key] = verdict
        return verdict

    monkeypatch.setattr(verification, "judge", remembered)


class Month:
    """One month of one deployment."""

    def __init__(self, seed: int, domains: int, faults: Faults) -> None:
        self.random = Random(seed)
        self.faults = faults
        self.deployment = Deployment(World())
        self.world = self.deployment.world
        self.world.provider.says = SAYS_YES
        self.published = self.world.dns
        self.names = [f"d{number}.com" for number in range(domains)]
        for name in self.names:
            self.world.verified(name)
        self.world.store.events.clear()
        self.world.dns = UnreliableDns(self.published, self.random, faults)
        self.outages: list[Outage] = []
        self._break()

    def lose(self, name: str, purposes: tuple[RecordPurpose, ...], begins: datetime, ends: datetime) -> None:
        """Have records of a domain vanish for a while."""
        records = [one for one in self.deployment.kept(name).records() if one.purpose in purposes]
        self.deployment.plan(begins, lambda: self.published.withdraw(records))
        self.deployment.plan(ends, lambda: self.published.publish(records))
        self.outages.append(Outage(name, purposes, begins, ends))

    def pass_by(self) -> None:
        self.deployment.run(NOW + MONTH)

    def told(self) -> dict[tuple[str, str], list[tuple[str, datetime]]]:
        """The events about records, by domain and record."""
        found: dict[tuple[str, str], list[tuple[str, datetime]]] = defaultdict(list)
        for event in self.world.store.events:
            if event.type.value.startswith("domain.record_"):
                for row in event.data["records"]:
                    found[event.data["name"], row["record"]].append((event.type.value, event.occurred_at))
        return found

    def _break(self) -> None:
        deployment, random, faults = self.deployment, self.random, self.faults
        for _ in range(faults.servfail_bursts):
            begins = NOW + random.random() * MONTH
            names = set(random.sample(self.names, max(1, len(self.names) // 5)))
            deployment.plan(begins, lambda names=names: self.world.dns.failing.update(names))
            deployment.plan(
                begins + 2 * HOUR, lambda names=names: self.world.dns.failing.difference_update(names)
            )
        deployment.times_delivered = lambda: 2 if random.random() < faults.twice else 1
        deployment.statuses = _Hiccups(deployment.statuses, random, faults.ses_hiccups)
        deployment.queue = _Dying(deployment.queue, random, faults.dying_sweeps, {"put"})
        store = _Dying(self.world.store, random, faults.dying_workers, {"save"})
        self.world.store = store


class _Hiccups:
    def __init__(self, statuses, random: Random, share: float) -> None:
        self._statuses, self._random, self._share = statuses, random, share

    def of(self, names):
        self._statuses.busy = self._random.random() < self._share
        return self._statuses.of(names)


class _Dying:
    """Something of whose calls some are the last of the function that makes them, before or after their effect."""

    def __init__(self, target, random: Random, share: float, calls: set[str]) -> None:
        self.__dict__.update(_target=target, _random=random, _share=share, _calls=calls)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._target, name, value)

    def __getattr__(self, name: str):
        found = getattr(self._target, name)
        if name not in self._calls:
            return found

        def call(*arguments, **named):
            dies = self._random.random() < self._share
            if dies and self._random.random() < 0.5:
                raise DiedError
            result = found(*arguments, **named)
            if dies:
                raise DiedError
            return result

        return call


def hold_to_promises(month: Month) -> None:
    """Nobody was demoted for nothing; every loss and every return of a record was told of, once and in time."""
    told = month.told()
    outages: dict[tuple[str, str], list[Outage]] = defaultdict(list)
    for outage in month.outages:
        for purpose in outage.purposes:
            outages[outage.name, purpose.value].append(outage)
    assert set(told) <= set(outages)
    for record, its in outages.items():
        kinds = [kind for kind, _ in told[record]]
        assert kinds == ["domain.record_missing", "domain.record_restored"] * (len(kinds) // 2), record
        missing = [at for kind, at in told[record] if kind == "domain.record_missing"]
        restored = [at for kind, at in told[record] if kind == "domain.record_restored"]
        for outage in its:
            if outage.lasts <= IN_TIME:
                continue
            of_it = [at for at in missing if outage.begins <= at <= outage.ends]
            assert len(of_it) == 1, (outage, told[record])
            assert of_it[0] - outage.begins <= IN_TIME, (outage, of_it)
            back = [at for at in restored if outage.ends <= at <= outage.ends + timedelta(days=2)]
            assert len(back) == 1, (outage, told[record])
        for at in missing:
            of_it = [one for one in its if one.begins <= at <= one.ends and one.lasts > TOO_SHORT]
            assert of_it, (record, at)
    for name in month.names:
        domain = month.deployment.kept(name)
        assert domain.fully_verified, name
        assert domain.can_send, name
        assert not domain.missed, name


SHARES = st.floats(0.0, 0.05)
FAULTS = st.builds(
    Faults,
    loss=st.floats(0.01, 0.05),
    lying_resolvers=st.booleans(),
    servfail_bursts=st.integers(0, 6),
    ses_hiccups=st.floats(0.0, 0.5),
    dying_sweeps=SHARES,
    dying_workers=SHARES,
    twice=st.floats(0.0, 0.2),
)
LOSSES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sets(st.sampled_from(list(RecordPurpose)), min_size=1).map(tuple),
        st.floats(0.0, 20.0),
        st.floats(0.01, 5.0),
    ),
    max_size=4,
    unique_by=lambda loss: loss[0],
)


@given(st.integers(0, 2**32), FAULTS, LOSSES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_month_of_faults_demotes_nobody_and_tells_every_loss_once(seed, faults, losses):
    month = Month(seed, 5, faults)
    for number, purposes, day, days in losses:
        begins = NOW + timedelta(days=day)
        month.lose(f"d{number}.com", purposes, begins, begins + timedelta(days=days))
    month.pass_by()
    hold_to_promises(month)


def test_five_hundred_domains_for_a_month():
    faults = Faults(
        loss=0.05,
        lying_resolvers=True,
        servfail_bursts=10,
        ses_hiccups=0.1,
        dying_sweeps=0.01,
        dying_workers=0.02,
        twice=0.02,
    )
    month = Month(20260614, 500, faults)
    for number in range(40):
        begins = NOW + timedelta(days=month.random.uniform(0, 20))
        purposes = tuple(month.random.sample(list(RecordPurpose), month.random.randint(1, 6)))
        lasts = timedelta(days=month.random.choice([0.02, 0.5, 1, 2, 5]))
        month.lose(f"d{number * 12}.com", purposes, begins, begins + lasts)
    month.pass_by()

    hold_to_promises(month)
    checked = sum(looked.checked for looked in month.deployment.looked)
    assert checked >= 500 * 30 * 4
    assert month.deployment.dead == []


@pytest.mark.parametrize("hours", [0.1, 0.15])
def test_what_is_gone_for_minutes_is_nobodys_news(hours):
    month = Month(7, 5, Faults())
    for day in range(20):
        begins = NOW + timedelta(days=day, hours=month.random.random() * 20)
        month.lose("d3.com", tuple(RecordPurpose), begins, begins + timedelta(hours=hours))
    month.pass_by()

    assert month.told() == {}
