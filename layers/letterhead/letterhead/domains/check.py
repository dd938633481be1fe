"""Checking domains: what DNS and the provider say now, and what becomes of their statuses, their names and the right to send."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from letterhead.domains.announcement import announce
from letterhead.domains.claims import ATTEMPTS
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.domain import (
    CheckMark,
    DomainChangedError,
    DomainNotFoundError,
    Ownership,
    SendingDomain,
)
from letterhead.domains.history import CheckHistory, Outcome, findings_of, keep
from letterhead.domains.holding import hold
from letterhead.domains.look import CHALLENGE_SECONDS, Look
from letterhead.domains.ports import ChallengeResult, Dns, ProviderRefusedError, Surroundings
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import DKIM_PURPOSES, RecordStatus
from letterhead.domains.registration import changed_alike
from letterhead.domains.rhythm import Rhythm, is_troubled, visible_from
from letterhead.domains.verification import (
    CONVERSATION_SECONDS,
    Verification,
    verify_all,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from letterhead.outbox.event import Event

# A verified domain outlives a record that is gone for a while: SES gives 72 hours; a third of it, seen three times, is ours.
ABSENCES_THAT_STOP_SENDING = 3
ABSENCE_THAT_STOPS_SENDING = timedelta(hours=24)

ExpectedError = UnavailableError | ProviderRefusedError | DomainNotFoundError
_EXPECTED = (UnavailableError, ProviderRefusedError, DomainNotFoundError)


@value_type
class Checked:
    """A domain after a check, what the check found, and what others are told of it. `challenge` is None where it didn't have to
    be asked for."""

    domain: SendingDomain
    verification: Verification
    challenge: ChallengeResult | None = None
    events: tuple[Event, ...] = ()


def check(
    domain: SendingDomain,
    outside: Surroundings,
    dns: Dns,
    history: CheckHistory,
    *,
    check_id: str,
    now: datetime,
    dry_run: bool = False,
) -> Checked:
    """Check a domain now and store what came of it; a registration that stopped half-way is completed first.

    A contested name is asked for its challenge; proof makes it this account's. A `dry_run` stores nothing and starts nothing.
    Raises `DomainNotFoundError` or `DomainChangedError` when the domain is deleted or loses its name meanwhile; for the
    provider, `UnavailableError` or `ProviderRefusedError`, only while the registration isn't complete.
    """
    look = Look(domain, outside, dns.prover, now, dry_run=dry_run)
    look.prepare()
    seconds = CONVERSATION_SECONDS if look.challenge is None else CONVERSATION_SECONDS - CHALLENGE_SECONDS
    (verification,) = verify_all([look.question()], dns.lookup, now=now, seconds=seconds)
    return _conclude(look, verification, outside, history, check_id, now, dry_run=dry_run)


def check_all(
    domains: Sequence[SendingDomain],
    outside: Surroundings,
    dns: Dns,
    history: CheckHistory,
    *,
    new_id: Callable[[datetime], str],
    now: datetime,
    seconds: float,
) -> list[Checked | ExpectedError]:
    """Check several domains, their questions in flight at the same time; DNS may take so many seconds, challenges apart.

    For each, in their order, what `check` would answer or raise.
    """
    outcomes: dict[int, Checked | ExpectedError] = {}
    looks: dict[int, Look] = {}
    for at, domain in enumerate(domains):
        look = Look(domain, outside, dns.prover, now)
        try:
            look.prepare()
        except _EXPECTED as error:
            outcomes[at] = error
        else:
            looks[at] = look
    questions = [look.question() for look in looks.values()]
    verifications = verify_all(questions, dns.lookup, now=now, seconds=seconds)
    for (at, look), verification in zip(looks.items(), verifications, strict=True):
        try:
            outcomes[at] = _conclude(look, verification, outside, history, new_id(now), now)
        except _EXPECTED as error:
            outcomes[at] = error
    return [outcomes[at] for at in range(len(domains))]


def _conclude(
    look: Look,
    verification: Verification,
    outside: Surroundings,
    history: CheckHistory,
    check_id: str,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Checked:
    """What follows from what DNS says, stored together with the events that tell of it.

    Another check of the domain may come to something at the same moment; then what follows is found out once more.
    """
    look.restart(verification)
    known, said, rhythm = look.domain, look.said, outside.rhythm
    before, after = _held_or_not(look, verification, outside, now, dry_run=dry_run)
    mark: CheckMark | None = None
    for _ in range(ATTEMPTS):
        told = announce(known, after, verification, said, second_look=rhythm.second_look, now=now)
        after = _with_next_look(told.domain, verification, rhythm, now)
        if dry_run:
            return Checked(after, verification, look.challenge)
        if mark is None:
            outcome = Outcome(after.ownership, verification, said, look.challenge)
            mark = keep(after, outcome, history, check_id=check_id, now=now)
        after = replace(after, last_check=mark)
        try:
            if told.events or replace(after, checked_at=before.checked_at) != before:
                after = outside.store.save(after, before=before, events=told.events)
        except DomainChangedError:
            known = before = changed_alike(before, before.ownership, outside.store)
            after = after_check(before, verification, said, now, rhythm)
        else:
            return Checked(after, verification, look.challenge, told.events)
    raise DomainChangedError


def _held_or_not(
    look: Look, verification: Verification, outside: Surroundings, now: datetime, *, dry_run: bool
) -> tuple[SendingDomain, SendingDomain]:
    """The domain as it is stored by now and as the check leaves it, once its name is held if that was all that lacked."""
    before, said = look.domain, look.said
    after = after_check(before, verification, said, now, outside.rhythm)
    if look.view is None or not look.may_be_held or after.dkim_status is not RecordStatus.VERIFIED:
        return before, after
    held = _with_right_to_send(after.standing(Ownership.HELD, now), before, said)
    if dry_run:
        return before, held
    try:
        stored = hold(before, held, look.view, outside.store, now)
    except DomainChangedError:
        before = changed_alike(before, Ownership.HELD, outside.store)
        return before, after_check(before, verification, said, now, outside.rhythm)
    return (before, after.standing(Ownership.CONTESTED, now)) if stored is None else (stored, stored)


def _with_next_look(
    domain: SendingDomain, verification: Verification, rhythm: Rhythm, now: datetime
) -> SendingDomain:
    silent = domain.has_been_verified and any(row.seen is Seen.UNKNOWN for row in verification.rows)
    after = replace(
        domain,
        silent_since=(domain.silent_since or now) if silent else None,
        troubled_since=(domain.troubled_since or now) if is_troubled(domain) else None,
    )
    return replace(after, due_at=rhythm.due_after_check(after, now, visible_from(after)))


def after_check(
    domain: SendingDomain,
    verification: Verification,
    said: ProviderStatus | None,
    now: datetime,
    rhythm: Rhythm,
) -> SendingDomain:
    """The domain after a check.

    The right to send begins when the name is held, DKIM, MAIL FROM and SPF are verified and the provider says yes. It ends only
    when the provider says no, because it has given up or begins anew, or when DKIM was definitely absent in three checks over at
    least 24 hours. A look that nobody answered neither adds to them nor ends the count, and looks in quick succession count as
    one.
    """
    after = domain.with_statuses(verification.statuses(), now)
    absences, since = domain.dkim_absences, domain.dkim_absent_since
    if verification.dkim_definitely_absent:
        another = since is None or domain.checked_at is None or now - domain.checked_at >= rhythm.second_look
        absences, since = absences + another, since or now
    elif _dkim_is_right(verification):
        absences, since = 0, None
    after = replace(
        after,
        findings=findings_of(verification.rows),
        dkim_absences=absences,
        dkim_absent_since=since,
    )
    return _with_right_to_send(after, domain, said)


def _with_right_to_send(
    after: SendingDomain, before: SendingDomain, said: ProviderStatus | None
) -> SendingDomain:
    gone = (
        after.dkim_absent_since is not None
        and after.checked_at is not None
        and after.dkim_absences >= ABSENCES_THAT_STOP_SENDING
        and after.checked_at - after.dkim_absent_since >= ABSENCE_THAT_STOPS_SENDING
    )
    if before.can_send:
        return replace(after, can_send=after.held and not gone and not _says_no(said))
    return replace(after, can_send=after.held and after.authenticated and said is not None and said.sending)


def _says_no(said: ProviderStatus | None) -> bool:
    """Whether the provider refuses mail from a domain that it took mail from before: its check has failed for good, or it has no
    identity of that name (any more), or a new one that it hasn't verified yet."""
    if said is None or said.dkim is ProviderCheck.FAILED:
        return said is not None
    return not said.sending and said.dkim in (ProviderCheck.NOT_STARTED, ProviderCheck.PENDING)


def _dkim_is_right(verification: Verification) -> bool:
    return all(row.seen is Seen.RIGHT for row in verification.rows if row.record.purpose in DKIM_PURPOSES)
