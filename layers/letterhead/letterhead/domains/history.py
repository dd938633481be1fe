"""The history of a domain's checks: what was asked, of whom, what they answered, and which verdict followed.

A check that comes to the same as the one before extends its entry; only what is the same in meaning counts, not which server
said it or for how long the answer may be kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.domains.dns_answers import Absent, Answer, Present, Unanswered
from letterhead.domains.domain import CheckMark, SendingDomain
from letterhead.domains.provider_status import ProviderCheck
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from letterhead.domains.domain import Ownership
    from letterhead.domains.ports import ChallengeResult
    from letterhead.domains.provider_status import ProviderStatus
    from letterhead.domains.records import RecordPurpose
    from letterhead.domains.verification import RecordVerdict, Verification

KEPT = timedelta(days=396)  # thirteen months
MOST_ON_A_PAGE = 100
DEFAULT_PAGE = 25
# DNS may say anything; what is longer isn't evidence of more.
_LONGEST_TEXT = 1000
_MOST_VALUES = 20
_MOST_ANSWERS = 200
Facts = Mapping[str, object]


@value_type
class CheckEntry:
    """One or more checks in a row that came to the same. `check_id` is the first one's; `checks` counts them."""

    domain_id: str
    check_id: str
    first_at: datetime
    last_at: datetime
    checks: int = 1
    facts: Facts = field(default_factory=dict)


@value_type
class HistoryPage:
    """Entries, newest first. `after` is the id to ask for the next page with, None on the last one."""

    entries: tuple[CheckEntry, ...]
    after: str | None


class CheckHistory(Protocol):
    """Where the entries are kept, each for thirteen months after its last check."""

    def add(self, entry: CheckEntry) -> None:
        """Keep a new entry."""

    def extend(self, domain_id: str, check_id: str, now: datetime) -> bool:
        """Count one more check to an entry; False when it isn't there any more."""

    def last_looks(self, domains: Sequence[SendingDomain]) -> Mapping[str, datetime]:
        """When each of the domains was last checked, by its id, as far as its newest entry is there."""

    def page(self, domain_id: str, *, size: int, after: str | None, now: datetime) -> HistoryPage:
        """The newest entries, or those older than the one of the id `after`."""


@value_type
class Outcome:
    """What a check came to: whose the name is, the rows and answers, the provider's word, and the challenge's answer."""

    ownership: Ownership
    verification: Verification
    said: ProviderStatus | None = None
    challenge: ChallengeResult | None = None


def keep(
    domain: SendingDomain, outcome: Outcome, history: CheckHistory, *, check_id: str, now: datetime
) -> CheckMark:
    """Keep a check; answers the mark that the domain remembers it by."""
    digest = digest_of(outcome)
    last = domain.last_check
    if (
        last is not None
        and _same(digest, last.digest)
        and history.extend(domain.domain_id, last.check_id, now)
    ):
        return last
    history.add(CheckEntry(domain.domain_id, check_id, now, now, facts=facts_of(outcome)))
    return CheckMark(check_id, digest)


def as_last_checked(domains: Sequence[SendingDomain], history: CheckHistory) -> list[SendingDomain]:
    """The domains with the moment of their last check, which a check that came to nothing new leaves to the history."""
    looked = history.last_looks([domain for domain in domains if domain.last_check is not None])
    return [_checked(domain, looked.get(domain.domain_id)) for domain in domains]


def _checked(domain: SendingDomain, looked_at: datetime | None) -> SendingDomain:
    if looked_at is None or (domain.checked_at is not None and domain.checked_at >= looked_at):
        return domain
    return replace(domain, checked_at=looked_at)


def facts_of(outcome: Outcome) -> Facts:
    """What a check found, as it is kept and shown: plain JSON, long texts shortened."""
    said, challenge = outcome.said, outcome.challenge
    facts: dict[str, object] = {
        "results": [_result(row) for row in outcome.verification.rows],
        "questions": [_question(answer) for answer in _in_order(outcome.verification.answers)],
        "provider": None
        if said is None
        else {"dkim": said.dkim, "mail_from": said.mail_from, "sending": said.sending},
        "ownership": {
            "status": outcome.ownership,
            "challenge": None
            if challenge is None
            else {
                "answer": challenge.answer,
                "detail": challenge.detail,
                "servers": list(challenge.servers),
            },
        },
    }
    shortened: Facts = json.loads(json.dumps(shorten(facts)))
    return shortened


def digest_of(outcome: Outcome) -> str:
    """A digest of what counts in a check: of all but the provider's word, and of that, empty when the provider couldn't be asked.

    Which server answered, for how long the answer may be kept, and what follows from those doesn't count.
    """
    said, challenge = outcome.said, outcome.challenge
    counts = (
        outcome.ownership.value,
        challenge and challenge.answer.value,
        [_what_counts_in_row(row) for row in outcome.verification.rows],
        [_what_counts_in_answer(answer) for answer in _in_order(outcome.verification.answers)],
    )
    if said is not None and said.dkim is ProviderCheck.UNKNOWN:
        return f"{_digest(counts)[:24]}-"
    word = said and (said.dkim.value, said.mail_from.value, said.sending)
    return f"{_digest(counts)[:24]}-{_digest(word)[:8]}"


def _same(digest: str, last: str) -> bool:
    """Whether two checks came to the same; a provider that couldn't be asked has said nothing else."""
    return digest == last or (digest.endswith("-") and last.startswith(digest))


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()


def _what_counts_in_row(row: RecordVerdict) -> tuple[object, ...]:
    record = row.record
    found = [(one.code.value, one.blocking, one.found) for one in row.findings]
    return record.purpose.value, record.name, row.status.value, row.seen.value, found


def _what_counts_in_answer(answer: Answer) -> tuple[object, ...]:
    question = answer.question
    asked = (question.name, question.type.value, answer.zone and answer.zone.apex, answer.chain)
    match answer:
        case Present():
            return *asked, answer.witness.value, sorted(answer.values)
        case Absent():
            return *asked, answer.witness.value, answer.reason.value
        case Unanswered():
            return *asked, None, answer.reason.value


def _in_order(answers: Sequence[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda one: (one.question.name, one.question.type))


def shorten(value: object) -> object:
    """The same with long texts and long lists cut, in any depth."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {key: shorten(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shorten(inner) for inner in value[:_MOST_ANSWERS]]
    return value


def _result(row: RecordVerdict) -> Facts:
    return {
        "record": row.record.purpose,
        "type": row.record.type,
        "name": row.record.name,
        "status": row.status,
        "seen": row.seen,
        "detail": row.detail,
        "findings": [
            {"code": one.code, "blocking": one.blocking, "found": one.found} for one in row.findings
        ],
    }


def _question(answer: Answer) -> Facts:
    asked: dict[str, object] = {
        "name": answer.question.name,
        "type": answer.question.type,
        "zone": answer.zone.apex if answer.zone else None,
        "server": answer.server,
        "aliases": list(answer.chain),
    }
    match answer:
        case Present():
            values = sorted(answer.values)
            asked |= {
                "answer": "present",
                "values": values[:_MOST_VALUES],
                "ttl": answer.ttl,
                "witness": answer.witness,
            }
            if len(values) > _MOST_VALUES:
                asked["values_in_all"] = len(values)
        case Absent():
            asked |= {
                "answer": "absent",
                "reason": answer.reason,
                "negative_ttl": answer.negative_ttl,
                "witness": answer.witness,
            }
        case Unanswered():
            asked |= {"answer": "unanswered", "reason": answer.reason}
    return asked


def findings_of(rows: Sequence[RecordVerdict]) -> dict[RecordPurpose, list[Facts]]:
    """The findings of a check by record, as a domain keeps them."""
    return {
        row.record.purpose: [_kept(finding.as_dict()) for finding in row.findings]
        for row in rows
        if row.findings
    }


def _kept(finding: Facts) -> Facts:
    kept: Facts = json.loads(json.dumps(shorten(finding)))
    return kept
