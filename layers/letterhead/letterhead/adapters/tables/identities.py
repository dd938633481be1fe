"""The identities table: one item an identity under (account, address), found by id and by domain through local indexes.

The address as sort key makes it unique in its account. The indexes are local, not global, so that they can be read strongly
consistent: what was just made is found by its id. Two more kinds of items count: `#count` an account's identities,
`#count#<domain id>` a domain's; no address looks like them, and they are in no index.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pynamodb.exceptions import UpdateError

from letterhead import identifiers
from letterhead.accounts.limits import Limited, LimitReachedError
from letterhead.adapters.tables.forecast_text import forecast_text
from letterhead.adapters.tables.identity_item import (
    IdentitiesByDomain,
    IdentitiesById,
    IdentityItem,
    identity_item,
    identity_of,
)
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.identities.identity import (
    AddressTakenError,
    ExactState,
    IdentityChangedError,
    IdentityNotFoundError,
    MailFailure,
    SenderIdentity,
)
from letterhead.identities.pages import (
    MOST_SEARCHED,
    IdentityPage,
    Order,
    PageRequest,
    TooManyToSearchError,
    found_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.identities.forecast import Forecast
    from letterhead.outbox.event import Event

__all__ = ["IdentityItem", "IdentityTable"]

_COUNT = "#count"


class IdentityTable:
    """Where sender identities are kept."""

    def __init__(self, table_name: str, outbox: OutboxTable | None = None) -> None:
        IdentityItem.bind(table_name)
        self._outbox = outbox

    def add(self, identity: SenderIdentity, limit: int | None = None) -> None:
        """Store a new identity and count it.

        Raises `AddressTakenError` when the account has one of that address, `LimitReachedError` when it has `limit` of them.
        """
        if limit == 0:
            raise LimitReachedError(Limited.IDENTITIES, limit)
        number = IdentityItem.number
        room = None if limit is None else number.does_not_exist() | (number < limit)

        def write(transaction: TransactWrite) -> None:
            transaction.save(identity_item(identity), condition=IdentityItem.email.does_not_exist())
            for sort_key in _counts_of(identity):
                count = IdentityItem(account_id=identity.account_id, email=sort_key)
                condition = room if sort_key == _COUNT else None
                transaction.update(count, actions=[number.add(1)], condition=condition)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            if limit is not None and 0 not in failure.positions:
                raise LimitReachedError(Limited.IDENTITIES, limit) from failure
            raise AddressTakenError from failure

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None.

        Half the price for what is there; what seems not to be there is looked for once more, strongly consistent, for it may
        have been made this very moment.
        """
        return _query_one(account_id, identity_id, consistent=False) or self.by_id_now(
            account_id, identity_id
        )

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id as it is now (strongly consistent), or None."""
        return _query_one(account_id, identity_id, consistent=True)

    def of_account(self, account_id: str, after: str | None = None) -> Iterator[SenderIdentity]:
        """All of the account's identities as they are now (strongly consistent), oldest first, or those behind an id."""
        younger = None if after is None else IdentityItem.identity_id > after
        return map(identity_of, IdentityItem.by_id.query(account_id, younger, consistent_read=True))

    def of_domain(self, account_id: str, domain_id: str) -> Iterator[SenderIdentity]:
        """All identities that hang on a domain, as they are now (strongly consistent)."""
        theirs = IdentityItem.domain_key.startswith(f"{domain_id}#")
        return map(identity_of, IdentityItem.by_domain.query(account_id, theirs, consistent_read=True))

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page, newest first unless it asks for another order.

        What no index has in its order is read whole and raises `TooManyToSearchError` when that is too much.
        It costs one Query for the first page and for any page whose `after` is known; else page N costs N pages, and one
        behind the last costs nothing but the count.
        """
        total = _count(account_id, request.domain_id)
        if request.is_search:
            if total > MOST_SEARCHED:
                raise TooManyToSearchError
            everything = replace(request, after=None, order=Order.DESCENDING)
            return found_in(map(identity_of, _in_order(account_id, everything, MOST_SEARCHED)), request)
        start = (request.number - 1) * request.size
        if start >= total:
            return IdentityPage(request, (), total)
        skipped = 0 if request.after is not None else start
        found = _in_order(account_id, request, skipped + request.size)
        return IdentityPage(request, tuple(identity_of(item) for item in found[skipped:]), total)

    def lately_by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The account's identity of that address (folded) as it was lately, or None; half a unit, found or not."""
        return _get(account_id, address_key, consistent=False)

    def by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The account's identity of that address (folded), or None; what seems not to be there is looked for once more."""
        return _get(account_id, address_key, consistent=False) or _get(
            account_id, address_key, consistent=True
        )

    def replace(self, before: SenderIdentity, after: SenderIdentity) -> None:
        """Store `after`, if what is stored is still `before`.

        Raises `IdentityChangedError` when it isn't, `AddressTakenError` when another of the account's identities has the new
        address.
        """
        moved = after.email.key != before.email.key

        def write(transaction: TransactWrite) -> None:
            if moved:
                transaction.delete(key_of(before), condition=unchanged_since(before))
                transaction.save(identity_item(after), condition=IdentityItem.email.does_not_exist())
            else:
                transaction.update(
                    key_of(after), actions=changes_between(before, after), condition=unchanged_since(before)
                )
            for sort_key, step in _count_steps(before, after):
                count = IdentityItem(account_id=after.account_id, email=sort_key)
                transaction.update(count, actions=[IdentityItem.number.add(step)])

        try:
            if moved or before.domain.domain_id != after.domain.domain_id:
                write_together(write)
            else:
                _update(before, changes_between(before, after), unchanged_since(before))
        except ConditionsFailedError as failure:
            # PynamoDB puts a transaction's deletes before its puts.
            raise (
                AddressTakenError if moved and 0 not in failure.positions else IdentityChangedError
            ) from failure

    def remove(self, identity: SenderIdentity) -> None:
        """Forget an identity, and count it no more; raises `IdentityNotFoundError` when it isn't there any more."""

        def write(transaction: TransactWrite) -> None:
            transaction.delete(key_of(identity), condition=IdentityItem.identity_id == identity.identity_id)
            for sort_key in _counts_of(identity):
                count = IdentityItem(account_id=identity.account_id, email=sort_key)
                transaction.update(count, actions=[IdentityItem.number.add(-1)])

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            raise IdentityNotFoundError from failure

    def note_mailed(self, identity: SenderIdentity, *, mailed_at: datetime, expires_at: datetime) -> None:
        """Note that this generation's mail has left; nothing when the generation has grown meanwhile, or the owner decided."""
        after = replace(
            identity,
            mailed_generation=identity.generation,
            mailed_at=mailed_at,
            expires_at=expires_at,
            mail_failure=None,
        )
        _note(identity, changes_between(identity, after), IdentityItem.status == identity.status.value)

    def note_failure(self, identity: SenderIdentity, failure: MailFailure) -> None:
        """Note why this generation's mail hasn't left; nothing when the generation has grown meanwhile."""
        if identity.mail_failure is not failure:
            _note(identity, [IdentityItem.mail_failure.set(failure.value)])

    def note_forecast(self, identity: SenderIdentity, forecast: Forecast) -> None:
        """Note a forecast; nothing when the identity has another address, domain or generation meanwhile."""
        _note(
            identity,
            [IdentityItem.forecast.set(forecast_text(forecast))],
            IdentityItem.domain_key == identity_item(identity).domain_key,
        )

    def note_lapsed(self, identity: SenderIdentity, *, lapsed: bool) -> None:
        """Note whether the identity's domain may not send; nothing when the identity hangs on another one meanwhile."""
        _note(
            identity,
            [IdentityItem.lapsed.set(True) if lapsed else IdentityItem.lapsed.remove()],
            IdentityItem.domain_key == identity_item(identity).domain_key,
        )

    def note_exact(self, identity: SenderIdentity, state: ExactState, event: Event | None = None) -> None:
        """Note where the provider's verification stands, if it still stands where it was read and in the same round.

        An event that this brings about is written together with it; that takes an outbox.

        Raises `IdentityChangedError` otherwise.
        """
        same_round = (IdentityItem.exact_round == identity.exact_round) & (
            IdentityItem.exact == (identity.exact and identity.exact.value)
        )
        actions = changes_between(identity, replace(identity, exact=state))
        if event is None:
            _update(identity, actions, same_round)
        else:
            self._write_told(identity, actions, same_round, event)

    def note_expired(self, identity: SenderIdentity, event: Event) -> None:
        """Note that others are told that this generation's link has run out, with the event that tells them.

        Raises `IdentityChangedError` when they have been told, or when it isn't so any more.
        """
        told = IdentityItem.expired_generation
        untold = (IdentityItem.status == identity.status.value) & (
            told.does_not_exist() | (told < identity.generation)
        )
        actions = changes_between(identity, replace(identity, expired_generation=identity.generation))
        self._write_told(identity, actions, untold, event)

    def _write_told(
        self, identity: SenderIdentity, actions: list[Action], condition: Condition, event: Event
    ) -> None:
        outbox = self._outbox
        if outbox is None:
            raise ValueError("identities without an outbox can't have events")

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                key_of(identity), actions=actions, condition=_same_generation(identity) & condition
            )
            outbox.append(transaction, event)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            raise IdentityChangedError from failure


def _query_one(account_id: str, identity_id: str, *, consistent: bool) -> SenderIdentity | None:
    found = IdentityItem.by_id.query(
        account_id, IdentityItem.identity_id == identity_id, consistent_read=consistent
    )
    return next((identity_of(item) for item in found), None)


def _get(account_id: str, address_key: str, *, consistent: bool) -> SenderIdentity | None:
    if address_key.startswith(_COUNT):
        return None
    try:
        return identity_of(IdentityItem.get(account_id, address_key, consistent_read=consistent))
    except IdentityItem.DoesNotExist:
        return None


def _count(account_id: str, domain_id: str | None) -> int:
    try:
        item = IdentityItem.get(account_id, _COUNT if domain_id is None else f"{_COUNT}#{domain_id}")
    except IdentityItem.DoesNotExist:
        return 0
    return int(item.number or 0)


def _counts_of(identity: SenderIdentity) -> tuple[str, str]:
    return _COUNT, f"{_COUNT}#{identity.domain.domain_id}"


def _count_steps(before: SenderIdentity, after: SenderIdentity) -> list[tuple[str, int]]:
    if before.domain.domain_id == after.domain.domain_id:
        return []
    return [(_counts_of(before)[1], -1), (_counts_of(after)[1], 1)]


def _in_order(account_id: str, request: PageRequest, limit: int) -> list[IdentityItem]:
    index, condition = _index_and_condition(request)
    forward = request.order is Order.ASCENDING
    return list(index.query(account_id, condition, scan_index_forward=forward, limit=limit))


def _index_and_condition(
    request: PageRequest,
) -> tuple[IdentitiesById | IdentitiesByDomain, Condition | None]:
    forward = request.order is Order.ASCENDING
    if request.domain_id is None:
        if request.after is None:
            return IdentityItem.by_id, None
        identity_id = IdentityItem.identity_id
        return IdentityItem.by_id, identity_id > request.after if forward else identity_id < request.after
    prefix = f"{request.domain_id}#"
    if request.after is None:
        return IdentityItem.by_domain, IdentityItem.domain_key.startswith(prefix)
    if forward:
        return IdentityItem.by_domain, IdentityItem.domain_key.between(
            f"{prefix}{request.after}~", f"{prefix}~"
        )
    last = prefix + identifiers.before(request.after)
    return IdentityItem.by_domain, IdentityItem.domain_key.between(prefix, last)


def _update(
    identity: SenderIdentity, actions: list[Action], condition: Condition | None = None
) -> SenderIdentity:
    unchanged = _same_generation(identity)
    item = key_of(identity)
    try:
        item.update(actions, condition=unchanged if condition is None else unchanged & condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise IdentityChangedError from error
        raise
    return identity_of(item)


def _same_generation(identity: SenderIdentity) -> Condition:
    same: Condition = (IdentityItem.identity_id == identity.identity_id) & (
        IdentityItem.generation == identity.generation
    )
    return same


def unchanged_since(identity: SenderIdentity) -> Condition:
    """Holds while what is stored is what was read; notes about mails may have come since."""
    # Of the writes, only the notes about mails leave `updated_at` as it was.
    unchanged: Condition = (
        (IdentityItem.identity_id == identity.identity_id)
        & (IdentityItem.generation == identity.generation)
        & (IdentityItem.updated_at == identity.updated_at)
    )
    return unchanged


def changes_between(before: SenderIdentity, after: SenderIdentity) -> list[Action]:
    """What makes the item of one that of the other; their addresses are the same."""
    old, new = identity_item(before), identity_item(after)
    changed: list[Action] = []
    for name, attribute in IdentityItem.get_attributes().items():
        value = getattr(new, name)
        if value != getattr(old, name):
            changed.append(attribute.remove() if value is None else attribute.set(value))
    return changed


def _note(identity: SenderIdentity, actions: list[Action], condition: Condition | None = None) -> None:
    try:
        _update(identity, actions, condition)
    except IdentityChangedError:
        return


def key_of(identity: SenderIdentity) -> IdentityItem:
    """The item's key, to write to it."""
    return IdentityItem(account_id=identity.account_id, email=identity.email.key)
