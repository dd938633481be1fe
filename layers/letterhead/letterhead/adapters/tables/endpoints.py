"""The endpoints table: one item an endpoint under its account, and one that orders the creation of others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import PutError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.endpoint import DisabledBecause, Endpoint, EndpointChangedError
from letterhead.webhooks.managing import AccountEndpoints
from letterhead.webhooks.schedule import Pace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from pynamodb.transactions import TransactWrite

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.outbox.event import Event

_SET = "#set"
_FIRST_ID = "0"  # behind the item of the set
_WARNED_AGAIN_AFTER = timedelta(hours=24)


class EndpointItem(TableModel):
    """An endpoint as an item, or an account's set of them, which has `revision` only."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    endpoint_id = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()
    dialect = UnicodeAttribute(null=True)
    url = UnicodeAttribute(null=True)
    events: ListAttribute[str] = ListAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    public_key = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    pace = UnicodeAttribute(null=True)
    domain_id = UnicodeAttribute(null=True)
    identity_id = UnicodeAttribute(null=True)
    enabled = BooleanAttribute(null=True)
    disabled_because = UnicodeAttribute(null=True)
    disabled_at = Instant(null=True)
    overlap_until = Instant(null=True)
    warned_at = Instant(null=True)
    created_at = Instant(null=True)
    updated_at = Instant(null=True)


class EndpointTable:
    """Where endpoints are kept. Who disables one or warns of it has to give an outbox."""

    def __init__(self, table_name: str, outbox: OutboxTable | None = None) -> None:
        EndpointItem.bind(table_name)
        self._outbox = outbox

    def all_of(self, account_id: str) -> AccountEndpoints:
        """The account's endpoints as they are now, oldest first, and the revision of their set."""
        items = list(EndpointItem.query(account_id, consistent_read=True))
        revision = next((int(item.revision) for item in items if item.endpoint_id == _SET), 0)
        return AccountEndpoints(
            tuple(endpoint_of(item) for item in items if item.endpoint_id != _SET), revision
        )

    def of_account(self, account_id: str) -> Sequence[Endpoint]:
        """The account's endpoints as they are now, oldest first."""
        items = EndpointItem.query(account_id, EndpointItem.endpoint_id >= _FIRST_ID, consistent_read=True)
        return tuple(map(endpoint_of, items))

    def by_id(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint as it is now, or None."""
        if endpoint_id == _SET:
            return None
        try:
            return endpoint_of(EndpointItem.get(account_id, endpoint_id, consistent_read=True))
        except EndpointItem.DoesNotExist:
            return None

    def add(self, endpoint: Endpoint, revision: int) -> None:
        """Store a new endpoint; raises `EndpointChangedError` when the account's set has another revision."""

        def write(transaction: TransactWrite) -> None:
            known = EndpointItem.revision == revision if revision else EndpointItem.revision.does_not_exist()
            ordered = EndpointItem(account_id=endpoint.account_id, endpoint_id=_SET, revision=revision + 1)
            transaction.save(ordered, condition=known)
            transaction.save(_item(endpoint), condition=EndpointItem.endpoint_id.does_not_exist())

        _write(write)

    def save(self, endpoint: Endpoint, *, before: Endpoint) -> Endpoint:
        """Store a change; raises `EndpointChangedError`."""
        item = _item(endpoint, before.revision + 1)
        try:
            item.save(EndpointItem.revision == before.revision)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise EndpointChangedError from error
            raise
        return endpoint_of(item)

    def disable(self, endpoint: Endpoint, *, before: Endpoint, event: Event) -> None:
        """Store a disabled endpoint and tell of it, both or neither; raises `EndpointChangedError`."""
        outbox = self._told()

        def write(transaction: TransactWrite) -> None:
            unchanged = EndpointItem.revision == before.revision
            transaction.save(_item(endpoint, before.revision + 1), condition=unchanged)
            outbox.append(transaction, event)

        _write(write)

    def warn(self, event: Event, endpoint: Endpoint, now: datetime) -> bool:
        """Tell of a failing endpoint, unless that was done within a day; whether it was done now."""
        outbox = self._told()

        def write(transaction: TransactWrite) -> None:
            quiet = EndpointItem.warned_at.does_not_exist() | (
                EndpointItem.warned_at < now - _WARNED_AGAIN_AFTER
            )
            transaction.update(
                EndpointItem(endpoint.account_id, endpoint.endpoint_id),
                actions=[EndpointItem.warned_at.set(now), EndpointItem.revision.add(1)],
                condition=EndpointItem.url.exists() & quiet,
            )
            outbox.append(transaction, event)

        try:
            _write(write)
        except EndpointChangedError:
            return False
        return True

    def remove(self, endpoint: Endpoint) -> None:
        """Forget an endpoint; forgetting it twice is once."""
        EndpointItem(endpoint.account_id, endpoint.endpoint_id).delete()

    def forget_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_ids: Collection[str] = ()
    ) -> None:
        """Forget every endpoint that is restricted to a domain, or to one of these identities; twice is once."""
        for item in EndpointItem.query(
            account_id,
            EndpointItem.endpoint_id >= _FIRST_ID,
            consistent_read=True,
            attributes_to_get=["account_id", "endpoint_id", "domain_id", "identity_id"],
        ):
            if item.identity_id in identity_ids or (domain_id is not None and item.domain_id == domain_id):
                item.delete()

    def forget(self, account_id: str) -> None:
        """Forget all of an account's endpoints; forgetting them twice is once."""
        for item in EndpointItem.query(account_id, consistent_read=True):
            item.delete()

    def _told(self) -> OutboxTable:
        if self._outbox is None:
            raise TypeError("this table was given no outbox")
        return self._outbox


def _write(write: Any) -> None:
    try:
        write_together(write)
    except ConditionsFailedError as failure:
        raise EndpointChangedError from failure


def _item(endpoint: Endpoint, revision: int = 1) -> EndpointItem:
    return EndpointItem(
        account_id=endpoint.account_id,
        endpoint_id=endpoint.endpoint_id,
        revision=revision,
        dialect=endpoint.dialect.value,
        url=endpoint.url,
        events=list(endpoint.events) or None,
        sealed=endpoint.sealed,
        public_key=endpoint.public_key,
        name=endpoint.name or None,
        version=endpoint.version,
        pace=endpoint.pace.value,
        domain_id=endpoint.domain_id,
        identity_id=endpoint.identity_id,
        enabled=endpoint.enabled,
        disabled_because=endpoint.disabled_because and endpoint.disabled_because.value,
        disabled_at=endpoint.disabled_at,
        overlap_until=endpoint.overlap_until,
        warned_at=endpoint.warned_at,
        created_at=endpoint.created_at,
        updated_at=endpoint.updated_at,
    )


def endpoint_of(item: Any) -> Endpoint:
    """The endpoint that an item tells of."""
    return Endpoint(
        account_id=item.account_id,
        endpoint_id=item.endpoint_id,
        dialect=Dialect(item.dialect),
        url=item.url,
        events=tuple(item.events or ()),
        sealed=item.sealed,
        public_key=item.public_key,
        created_at=item.created_at,
        updated_at=item.updated_at,
        name=item.name or "",
        version=int(item.version),
        pace=Pace(item.pace),
        domain_id=item.domain_id,
        identity_id=item.identity_id,
        enabled=item.enabled,
        disabled_because=DisabledBecause(item.disabled_because) if item.disabled_because else None,
        disabled_at=item.disabled_at,
        overlap_until=item.overlap_until,
        warned_at=item.warned_at,
        revision=int(item.revision),
    )
