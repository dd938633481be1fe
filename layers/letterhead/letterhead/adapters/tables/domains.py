"""The domains table: one item a domain under (account, name), found by id through a local index; and the claims table.

The indexes are local, not global, so that they can be read strongly consistent: what was just registered is found by its id.
One more item an account, `#count`, counts its domains and how many of them are verified; no name looks like it, and it is in
no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.exceptions import UpdateError

from letterhead.accounts.limits import Limited, LimitReachedError
from letterhead.adapters.tables.claims import GUARD, ClaimTable, TableView
from letterhead.adapters.tables.domain_items import DomainItem, changes_between, domain_of, item_of
from letterhead.adapters.tables.domain_lists import listed
from letterhead.adapters.tables.labelled_writes import LabelledWrites, RefusedError
from letterhead.adapters.tables.readable import ODD, readable
from letterhead.adapters.tables.watch_slots import watched_at
from letterhead.domains.claims import NameClaims, NameView, ViewOutdatedError
from letterhead.domains.domain import (
    DomainChangedError,
    DomainExistsError,
    DomainNotFoundError,
    SendingDomain,
)
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.ports import Added, Changed, DomainChange, Place, Removed
from letterhead.domains.unreadable import Unreadable, UnreadableDomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.domains.pages import DomainPage, DomainQuery
    from letterhead.messages.warm_up import WarmUp
    from letterhead.outbox.event import Event

COUNT = "#count"
_ADDED, _REMOVED, _CHANGED, _ROOM = "added", "removed", "changed", "room"


class DomainTable:
    """Where domains are kept, each together with the claim on its name."""

    def __init__(self, table_name: str, claims: ClaimTable, outbox: OutboxTable | None = None) -> None:
        DomainItem.bind(table_name)
        self._claims = claims
        self._outbox = outbox

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name (in A-labels), or None."""
        return _strongly_if_missed(lambda consistent: _get(account_id, name, consistent=consistent))

    def now_by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The same as it is at this moment."""
        return _get(account_id, name, consistent=True)

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""
        return _strongly_if_missed(lambda consistent: _query(account_id, domain_id, consistent=consistent))

    def of_account(self, account_id: str, after: str | None = None) -> Iterator[SendingDomain]:
        """The account's domains that can be read, oldest first, or those behind an id; those whose deletion has begun too."""
        younger = None if after is None else DomainItem.domain_id > after
        found = readable(DomainItem.by_id.query(account_id, younger, consistent_read=True), domain_of)
        return (domain for domain in found if not isinstance(domain, Unreadable))

    def unreadable(self, account_id: str) -> Iterator[str]:
        """The names of those of the account's domains that can't be read."""
        from letterhead.adapters.tables import domain_remains as remains

        for name in remains.names_of(account_id):
            try:
                self.now_by_name(account_id, name)
            except UnreadableDomainError:
                yield name

    def condemn(self, account_id: str, name: str, now: datetime) -> SendingDomain | None:
        """Begin the deletion of a domain that can't be read; None when it is gone. Raises `DomainChangedError`."""
        from letterhead.adapters.tables import domain_remains as remains

        stored = DomainItem.stored(account_id, name)
        if stored is None:
            return None
        leaving = remains.leaving(account_id, name, stored, self._claims, now)
        writes = LabelledWrites()
        item = DomainItem(account_id=account_id, name=name)
        writes.update(item, remains.replacement(leaving), condition=remains.as_it_was(stored))
        total, verified = remains.weight(stored)
        if total:
            counts = [DomainItem.total.add(-total), DomainItem.verified.add(-verified)]
            writes.update(DomainItem(account_id=account_id, name=COUNT), counts)
        try:
            writes.write()
        except RefusedError as refusal:
            raise DomainChangedError from refusal
        return leaving

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of the account's domains; those whose deletion has begun are left out."""
        return listed(account_id, query, _count_of)

    def save(
        self, domain: SendingDomain, *, before: SendingDomain, events: Sequence[Event] = ()
    ) -> SendingDomain:
        """Store what changed since `before`, and the events that tell of it, which takes an outbox.

        Raises `DomainNotFoundError` when it has been deleted meanwhile, `DomainChangedError` when its version has grown, or
        when something has been told of it meanwhile and this tells something too.
        """
        change = Changed(before, domain, tuple(events))
        actions = changes_between(before, domain)
        if not actions and not events:
            return domain
        try:
            if _counted(change)[1] == (0, 0) and not events:
                item = DomainItem(account_id=before.account_id, name=before.name)
                item.update(actions, condition=_unchanged(change))
            else:
                writes = LabelledWrites()
                _change(writes, change)
                _count(writes, [change])
                self._tell(writes, [change])
                writes.write()
        except RefusedError as refusal:
            raise _changed_or_gone(before) from refusal
        except UpdateError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise _changed_or_gone(before) from error
            raise
        return domain

    def place(self, domain: SendingDomain) -> Place:
        """Where a domain lies in the index by which it is watched."""
        return Place(*watched_at(domain.domain_id, domain.due_at))

    def note_warm_up(self, domain: SendingDomain, warm_up: WarmUp) -> None:
        """Note where a domain's warm-up stands, unless somebody was quicker or the domain is gone."""
        allowance = DomainItem.warm_up_allowance
        actions: list[Action] = [
            DomainItem.warm_up_day.set(warm_up.day),
            allowance.remove() if warm_up.allowance is None else allowance.set(warm_up.allowance),
        ]
        later = DomainItem.warm_up_day.does_not_exist() | (DomainItem.warm_up_day < warm_up.day)
        try:
            item = DomainItem(account_id=domain.account_id, name=domain.name)
            item.update(actions, condition=(DomainItem.domain_id == domain.domain_id) & later)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def view(self, account_id: str, name: str, registrable: str) -> NameView:
        """Who has the name and those above and below it, strongly consistent."""
        return self._claims.view(account_id, name, registrable)

    def settle(self, view: NameView, here: NameClaims, changes: Sequence[DomainChange]) -> None:
        """Store the name's claims as `here` and all changes of domains, or nothing.

        Raises `ViewOutdatedError`, `DomainExistsError`, `LimitReachedError`, `DomainNotFoundError`, `DomainChangedError`.
        """
        if not isinstance(view, TableView):
            raise TypeError("the view isn't this table's")
        writes = LabelledWrites()
        for change in changes:
            _put(writes, change)
        _count(writes, changes)
        self._tell(writes, changes)
        self._claims.add_to(writes, view, here)
        try:
            writes.write()
        except RefusedError as refusal:
            raise _reason(refusal, changes) from refusal

    def _tell(self, writes: LabelledWrites, changes: Sequence[DomainChange]) -> None:
        for change in changes:
            for event in change.events if isinstance(change, Changed) else ():
                if self._outbox is None:
                    raise ValueError("domains without an outbox can't have events")
                writes.save(self._outbox.item(event))


def _put(writes: LabelledWrites, change: DomainChange) -> None:
    match change:
        case Added(domain):
            writes.save(item_of(domain), condition=DomainItem.name.does_not_exist(), label=_ADDED)
        case Removed(domain):
            is_it = DomainItem.domain_id == domain.domain_id
            writes.delete(item_of(domain), condition=is_it, label=_REMOVED)
        case Changed():
            _change(writes, change)


def _change(writes: LabelledWrites, change: Changed) -> None:
    before = change.before
    writes.update(
        DomainItem(account_id=before.account_id, name=before.name),
        changes_between(before, change.after),
        condition=_unchanged(change),
        label=_CHANGED + before.account_id,
    )


def _unchanged(change: Changed) -> Condition:
    before = change.before
    unchanged: Condition = (DomainItem.domain_id == before.domain_id) & (DomainItem.version == before.version)
    if change.after.announcements == before.announcements:
        return unchanged
    told = DomainItem.announcements
    untold: Condition = told == before.announcements if before.announcements else told.does_not_exist()
    both: Condition = unchanged & untold
    return both


def _count(writes: LabelledWrites, changes: Sequence[DomainChange]) -> None:
    for change in changes:
        account_id, (total, verified), most = _counted(change)
        if total == verified == 0:
            continue
        room = None if most is None else DomainItem.total.does_not_exist() | (DomainItem.total < most)
        writes.update(
            DomainItem(account_id=account_id, name=COUNT),
            [DomainItem.total.add(total), DomainItem.verified.add(verified)],
            condition=room,
            label=_ROOM,
        )


def _counted(change: DomainChange) -> tuple[str, tuple[int, int], int | None]:
    """Whose count a change moves, by how many domains and verified ones, and how many there may be."""
    match change:
        case Added(domain, most):
            return domain.account_id, _weight(domain), most
        case Removed(domain):
            total, verified = _weight(domain)
            return domain.account_id, (-total, -verified), None
        case Changed(before, after):
            old, new = _weight(before), _weight(after)
            return before.account_id, (new[0] - old[0], new[1] - old[1]), None


def _weight(domain: SendingDomain) -> tuple[int, int]:
    return (0, 0) if domain.leaving else (1, int(domain.is_verified))


def _reason(refusal: RefusedError, changes: Sequence[DomainChange]) -> Exception:
    if GUARD in refusal.labels:
        return ViewOutdatedError()
    if _ADDED in refusal.labels:
        return DomainExistsError()
    if _ROOM in refusal.labels:
        limits = [change.most for change in changes if isinstance(change, Added) and change.most is not None]
        return LimitReachedError(Limited.DOMAINS, limits[0])
    refused = [
        change.before
        for change in changes
        if isinstance(change, Changed) and _CHANGED + change.before.account_id in refusal.labels
    ]
    return _changed_or_gone(refused[0]) if refused else DomainNotFoundError()


def _changed_or_gone(before: SendingDomain) -> Exception:
    found = _get(before.account_id, before.name, consistent=True)
    if found is None or found.domain_id != before.domain_id:
        return DomainNotFoundError()
    return DomainChangedError()


def _strongly_if_missed(read: Callable[[bool], SendingDomain | None]) -> SendingDomain | None:
    # Half the price for what is there; what seems not to be there may have been registered this very moment.
    return read(False) or read(True)


def _get(account_id: str, name: str, *, consistent: bool) -> SendingDomain | None:
    try:
        return domain_of(DomainItem.get(account_id, name, consistent_read=consistent))
    except DomainItem.DoesNotExist:
        return None
    except ODD as error:
        from letterhead.adapters.tables.domain_remains import unreadable_by_name

        raise unreadable_by_name(account_id, name) from error


def _query(account_id: str, domain_id: str, *, consistent: bool) -> SendingDomain | None:
    found = DomainItem.by_id.query(account_id, DomainItem.domain_id == domain_id, consistent_read=consistent)
    try:
        return next((domain_of(item) for item in found), None)
    except ODD as error:
        from letterhead.adapters.tables.domain_remains import unreadable_by_id

        raise unreadable_by_id(account_id, domain_id) from error


def _count_of(account_id: str) -> tuple[int, int]:
    """How many domains an account has, and how many of them are verified."""
    try:
        item = DomainItem.get(account_id, COUNT)
    except DomainItem.DoesNotExist:
        return 0, 0
    return int(item.total or 0), int(item.verified or 0)
