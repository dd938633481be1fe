"""Identities and links in memory: what their tables promise, without DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime

from letterhead.accounts.limits import Limited, LimitReachedError
from letterhead.adapters.tables.watch_slots import ASKED_SLOT, well_slot
from letterhead.domains.ports import Place
from letterhead.domains.watch import Stretch
from letterhead.identities.forecast import Forecast
from letterhead.identities.identity import (
    AddressTakenError,
    ExactState,
    IdentityChangedError,
    IdentityNotFoundError,
    IdentityStatus,
    MailFailure,
    SenderIdentity,
)
from letterhead.identities.limits import AddressStanding, day_of
from letterhead.identities.links import ConfirmationLink
from letterhead.identities.pages import (
    MOST_SEARCHED,
    IdentityPage,
    Order,
    PageRequest,
    TooManyToSearchError,
    found_in,
)
from letterhead.identities.watch import WatchedIdentity, daily_slot, is_asked
from letterhead.outbox.event import Event


class InMemoryIdentities:
    """Every protocol of the concept that keeps identities; passes the same contract test as the table."""

    def __init__(self) -> None:
        self._identities: dict[tuple[str, str], SenderIdentity] = {}
        self.events: list[Event] = []

    def add(self, identity: SenderIdentity, limit: int | None = None) -> None:
        if (identity.account_id, identity.email.key) in self._identities:
            raise AddressTakenError
        if limit is not None and len(self._of(identity.account_id)) >= limit:
            raise LimitReachedError(Limited.IDENTITIES, limit)
        self._put(identity)

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        return next((one for one in self._of(account_id) if one.identity_id == identity_id), None)

    by_id_now = by_id

    def by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        return self._identities.get((account_id, address_key))

    lately_by_email = by_email

    def replace(self, before: SenderIdentity, after: SenderIdentity) -> None:
        kept = self._unchanged(before)
        if kept is None or kept.updated_at != before.updated_at:
            raise IdentityChangedError
        if after.email.key != before.email.key:
            if (after.account_id, after.email.key) in self._identities:
                raise AddressTakenError
            self.remove(before)
        changes = {
            field.name: getattr(after, field.name)
            for field in fields(SenderIdentity)
            if getattr(after, field.name) != getattr(before, field.name)
        }
        self._put(replace(kept, **changes))

    def of_domain(self, account_id: str, domain_id: str) -> list[SenderIdentity]:
        return [one for one in self._of(account_id) if one.domain.domain_id == domain_id]

    def note_lapsed(self, identity: SenderIdentity, *, lapsed: bool) -> None:
        kept = self._unchanged(identity)
        if kept is not None and kept.domain.domain_id == identity.domain.domain_id:
            self._put(replace(kept, lapsed=lapsed))

    def remove(self, identity: SenderIdentity) -> None:
        kept = self._identities.get((identity.account_id, identity.email.key))
        if kept is None or kept.identity_id != identity.identity_id:
            raise IdentityNotFoundError
        del self._identities[identity.account_id, identity.email.key]

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        found = [one for one in self._of(account_id) if request.domain_id in (None, one.domain.domain_id)]
        if request.is_search:
            if len(found) > MOST_SEARCHED:
                raise TooManyToSearchError
            return found_in(found, request)
        newest_first = request.order is Order.DESCENDING
        found.sort(key=lambda one: one.identity_id, reverse=newest_first)
        start = (request.number - 1) * request.size
        if request.after is None:
            shown = found[start : start + request.size]
        else:
            behind = [one for one in found if (one.identity_id < request.after) is newest_first]
            shown = [one for one in behind if one.identity_id != request.after][: request.size]
        return IdentityPage(request, tuple(shown), len(found))

    def decide(self, before: SenderIdentity, after: SenderIdentity, event: Event | None) -> None:
        kept = self._unchanged(before)
        if kept is None or kept.updated_at != before.updated_at or kept.status is not IdentityStatus.PENDING:
            raise IdentityChangedError
        self._put(
            replace(
                kept,
                status=after.status,
                decided_at=after.decided_at,
                updated_at=after.updated_at,
                exact=after.exact,
                exact_round=after.exact_round,
            )
        )
        self.events += [event] if event is not None else []

    def note_mailed(self, identity: SenderIdentity, *, mailed_at: datetime, expires_at: datetime) -> None:
        kept = self._unchanged(identity)
        if kept is not None and kept.status is identity.status:
            self._put(
                replace(
                    kept,
                    mailed_generation=kept.generation,
                    mailed_at=mailed_at,
                    expires_at=expires_at,
                    mail_failure=None,
                )
            )

    def note_failure(self, identity: SenderIdentity, failure: MailFailure) -> None:
        if (kept := self._unchanged(identity)) is not None:
            self._put(replace(kept, mail_failure=failure))

    def note_forecast(self, identity: SenderIdentity, forecast: Forecast) -> None:
        kept = self._unchanged(identity)
        if kept is not None and kept.domain.domain_id == identity.domain.domain_id:
            self._put(replace(kept, forecast=forecast))

    def note_exact(self, identity: SenderIdentity, state: ExactState, event: Event | None = None) -> None:
        kept = self._unchanged(identity)
        if kept is None or (kept.exact, kept.exact_round) != (identity.exact, identity.exact_round):
            raise IdentityChangedError
        self._put(replace(kept, exact=state))
        self.events += [event] if event is not None else []

    def note_expired(self, identity: SenderIdentity, event: Event) -> None:
        kept = self._unchanged(identity)
        if kept is None or kept.status is not identity.status or kept.expired_generation == kept.generation:
            raise IdentityChangedError
        self._put(replace(kept, expired_generation=kept.generation))
        self.events.append(event)

    def daily(self, slot: int) -> Iterator[WatchedIdentity]:
        return self._lying_in(well_slot(slot))

    def asked(self) -> Iterator[WatchedIdentity]:
        return self._lying_in(ASKED_SLOT)

    def within(self, stretch: Stretch) -> Iterator[WatchedIdentity]:
        lying = self._lying_in(stretch.slot)
        return (one for one in lying if stretch.first <= one.place.key <= stretch.last)

    def _lying_in(self, slot: str) -> Iterator[WatchedIdentity]:
        found = [one for one in self._identities.values() if _slot(one) == slot]
        places = {one.identity_id: Place(slot, f"{one.domain.domain_id}#{one.identity_id}") for one in found}
        found.sort(key=lambda one: places[one.identity_id].key)
        return (WatchedIdentity(places[one.identity_id], one) for one in found)

    def put(self, identity: SenderIdentity) -> SenderIdentity:
        """Have an identity just so, whatever was there."""
        return self._put(identity)

    def _put(self, identity: SenderIdentity) -> SenderIdentity:
        self._identities[identity.account_id, identity.email.key] = identity
        return identity

    def _of(self, account_id: str) -> list[SenderIdentity]:
        return [one for (holder, _), one in self._identities.items() if holder == account_id]

    def _unchanged(self, identity: SenderIdentity) -> SenderIdentity | None:
        kept = self._identities.get((identity.account_id, identity.email.key))
        same = kept is not None and (kept.identity_id, kept.generation) == (
            identity.identity_id,
            identity.generation,
        )
        return kept if same else None


def _slot(identity: SenderIdentity) -> str | None:
    slot = daily_slot(identity)
    return ASKED_SLOT if is_asked(identity) else None if slot is None else well_slot(slot)


class InMemoryConfirmations:
    """A `LinkStore`, a `LinkLookup` and an `AddressLedger`; passes the same contract test as the table."""

    def __init__(self) -> None:
        self.kept: dict[str, ConfirmationLink] = {}
        self._mails: dict[tuple[str, str], int] = {}
        self._refusals: dict[tuple[str, str], datetime] = {}

    def keep(self, link: ConfirmationLink) -> tuple[ConfirmationLink, bool]:
        is_new = link.token_hash not in self.kept
        return self.kept.setdefault(link.token_hash, link), is_new

    def by_hash(self, token_hash: str) -> ConfirmationLink | None:
        return self.kept.get(token_hash)

    def standing(self, address_key: str, account_id: str, now: datetime) -> AddressStanding:
        mails = self._mails.get((address_key, day_of(now)), 0)
        return AddressStanding(mails, self._refusals.get((address_key, account_id)))

    def count_mail(self, address_key: str, most: int, now: datetime) -> bool:
        mails = self._mails.get((address_key, day_of(now)), 0)
        if mails >= most:
            return False
        self._mails[address_key, day_of(now)] = mails + 1
        return True

    def note_refusal(self, address_key: str, account_id: str, until: datetime, now: datetime) -> None:
        self._refusals[address_key, account_id] = until
