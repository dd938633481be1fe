"""What others are told of a domain: which events follow from a check, each change once.

A record that was right once and is definitely absent or wrong, or right again after that, is only a doubt at the first look; a
second one, some minutes later, makes it an event. What nobody answers neither confirms nor ends a doubt. That a domain is
verified for the first time is told at once, and so is the end of the right to send, which has its own grace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.dns_answers import Answer, Present
from letterhead.domains.domain import DOMAIN, SendingDomain
from letterhead.domains.domain_events import Reason, event_of
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import AUTHENTICATING, RecordStatus, RequiredRecord
from letterhead.domains.verification import RecordVerdict, Verification
from letterhead.outbox.event import Event, EventType
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_LONGEST_VALUE = 500
_Rows = Sequence[RecordVerdict]


@value_type
class Announcement:
    """A domain with what has been told of it, and the events that tell it."""

    domain: SendingDomain
    events: tuple[Event, ...] = ()


def announce(
    before: SendingDomain,
    after: SendingDomain,
    verification: Verification,
    said: ProviderStatus | None,
    *,
    second_look: timedelta,
    now: datetime,
) -> Announcement:
    """What a check makes known. `before` is the domain as it is stored, `after` as the check leaves it."""
    doubts, confirmed = _doubts(after, verification.rows, second_look, now)
    published = _Published(verification.answers)
    missed = dict(after.missed)
    for row in confirmed:
        if row.seen is Seen.RIGHT:
            del missed[row.record.purpose]
        else:
            missed[row.record.purpose] = published.at(row.record)
    events = [
        event_of(kind, after, _rows_as_told(after, rows, published), now)
        for kind, rows in (
            (EventType.DOMAIN_RECORD_MISSING, _seen(confirmed, Seen.ABSENT)),
            (EventType.DOMAIN_RECORD_CHANGED, _seen(confirmed, Seen.WRONG)),
            (EventType.DOMAIN_RECORD_RESTORED, _seen(confirmed, Seen.RIGHT)),
        )
        if rows
    ]
    announced = after.announced
    lost = AUTHENTICATING & missed.keys()
    stopped = before.can_send and not after.can_send
    wrong = [row for row in verification.rows if row.status is not RecordStatus.VERIFIED]
    told = _rows_as_told(after, wrong, published)
    if announced is RecordStatus.VERIFIED and lost:
        announced = RecordStatus.FAILED
        events.append(event_of(EventType.DOMAIN_FAILED, after, told, now, Reason.RECORDS))
    if stopped:
        announced = RecordStatus.FAILED
        refused = said is not None and said.dkim is ProviderCheck.FAILED
        reason = Reason.PROVIDER if refused else Reason.DKIM_ABSENT
        events.append(event_of(EventType.DOMAIN_SENDING_STOPPED, after, told, now, reason))
    elif after.held and after.is_verified and not lost and announced is not RecordStatus.VERIFIED:
        restored = Reason.RESTORED if announced is RecordStatus.FAILED and before.once_verified else None
        announced = RecordStatus.VERIFIED
        events.append(event_of(EventType.DOMAIN_VERIFIED, after, [], now, restored))
    elif _never_right(after, announced):
        since = doubts.setdefault(DOMAIN, after.doubts.get(DOMAIN, now))
        if now - since >= second_look:
            del doubts[DOMAIN]
            announced = RecordStatus.FAILED
            events.append(event_of(EventType.DOMAIN_FAILED, after, told, now, Reason.SETUP))
    same = (announced, missed, doubts) == (after.announced, dict(after.missed), dict(after.doubts))
    return Announcement(
        replace(
            after,
            announced=announced,
            missed=missed,
            doubts=doubts,
            announcements=after.announcements + (0 if same else 1),
        ),
        tuple(events),
    )


def _doubts(
    domain: SendingDomain, rows: _Rows, second_look: timedelta, now: datetime
) -> tuple[dict[str, datetime], list[RecordVerdict]]:
    """Since when each record has looked different from what has been told, and the rows of those seen so long enough."""
    doubts: dict[str, datetime] = {}
    confirmed = []
    for row in rows:
        purpose = row.record.purpose
        if purpose not in domain.once_verified:
            continue
        since = domain.doubts.get(purpose)
        if row.seen is Seen.UNKNOWN:
            if since is not None:
                doubts[purpose.value] = since
        elif (row.seen is Seen.RIGHT) is (purpose in domain.missed):
            since = since or now
            if now - since >= second_look:
                confirmed.append(row)
            else:
                doubts[purpose.value] = since
    return doubts, confirmed


def _never_right(domain: SendingDomain, announced: RecordStatus) -> bool:
    """Whether a domain that has never been verified has something definite and wrong published."""
    wrong = domain.status(*AUTHENTICATING) is RecordStatus.FAILED and not domain.contested
    return wrong and announced is RecordStatus.PENDING and not domain.missed


def _seen(rows: _Rows, seen: Seen) -> list[RecordVerdict]:
    return [row for row in rows if row.seen is seen]


class _Published:
    """What stands at each required record's place."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._by_place = {
            (answer.question.name, answer.question.type): ", ".join(sorted(answer.values))[:_LONGEST_VALUE]
            for answer in answers
            if isinstance(answer, Present)
        }

    def at(self, record: RequiredRecord) -> str | None:
        """The values there, None where there are none."""
        return self._by_place.get((record.name, record.type))


def _rows_as_told(domain: SendingDomain, rows: _Rows, published: _Published) -> list[dict[str, object]]:
    """The records concerned: `old` is what stood there when it was last told of, `new` what stands there now."""
    told: list[dict[str, object]] = []
    for row in rows:
        purpose = row.record.purpose
        was_right = row.record.value if purpose in domain.once_verified else None
        told.append(
            {
                "record": purpose.value,
                "name": row.record.name,
                "type": row.record.type.value,
                "status": row.status.value,
                "old": domain.missed.get(purpose, was_right),
                "new": published.at(row.record),
                "findings": [finding.as_dict() for finding in row.findings],
            }
        )
    return told
