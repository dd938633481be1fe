"""The confirmations table: one item a link, under the hash of its token; and one an address, under `address:<hash>`.

DynamoDB drops an item some time after `forget_at`, a link's long after it has expired, so that an expired link still gets the
page that says so. An address's item counts the confirmation mails that it got on one day, from whichever account, and holds
which accounts its owner refused, as `<account id>:<Unix seconds until when>`.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import PutError, UpdateError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.identities.limits import REFUSAL_HOLDS, AddressStanding, day_of
from letterhead.identities.links import ConfirmationLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

REMEMBERED = timedelta(days=90)
_ADDRESS_REMEMBERED = REFUSAL_HOLDS + timedelta(days=1)


class ConfirmationItem(TableModel):
    """A link as an item, or an address, which has `day`, `mails` and `refused` only.

    `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live).
    """

    class Meta:
        table_name = ""

    token_hash = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    subject_id = UnicodeAttribute()
    generation = NumberAttribute()
    expires_at = Instant()
    forget_at = NumberAttribute()
    day = UnicodeAttribute(null=True)
    mails = NumberAttribute(null=True)
    refused = UnicodeSetAttribute(null=True)


class ConfirmationTable:
    """Where confirmation links are kept, and what is known of addresses."""

    def __init__(self, table_name: str) -> None:
        ConfirmationItem.bind(table_name)

    def keep(self, link: ConfirmationLink) -> tuple[ConfirmationLink, bool]:
        """Store a link, and answer it and that it is new; one of that hash that is there already stays and is the answer."""
        item = ConfirmationItem(
            token_hash=link.token_hash,
            account_id=link.account_id,
            subject_id=link.subject_id,
            generation=link.generation,
            expires_at=link.expires_at,
            forget_at=_seconds(link.expires_at + REMEMBERED),
        )
        try:
            item.save(ConfirmationItem.token_hash.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _CONDITION_FAILED:
                raise
            return self.by_hash(link.token_hash) or link, False
        return link, True

    def by_hash(self, token_hash: str) -> ConfirmationLink | None:
        """The link of that hash (strongly consistent, for the mail may be quicker than a replica), or None."""
        try:
            item = ConfirmationItem.get(token_hash, consistent_read=True)
        except ConfirmationItem.DoesNotExist:
            return None
        return ConfirmationLink(
            token_hash=item.token_hash,
            account_id=item.account_id,
            subject_id=item.subject_id,
            generation=int(item.generation),
            expires_at=item.expires_at,
        )

    def standing(self, address_key: str, account_id: str, now: datetime) -> AddressStanding:
        """How an address stands towards an account."""
        try:
            item = ConfirmationItem.get(_address_hash(address_key))
        except ConfirmationItem.DoesNotExist:
            return AddressStanding()
        ends = [
            int(end)
            for holder, _, end in (entry.partition(":") for entry in item.refused or ())
            if holder == account_id
        ]
        return AddressStanding(
            mails_today=int(item.mails or 0) if item.day == day_of(now) else 0,
            refused_until=datetime.fromtimestamp(max(ends), UTC) if ends else None,
        )

    def count_mail(self, address_key: str, most: int, now: datetime) -> bool:
        """Count one more mail today (UTC), or answer that there have been `most` already."""
        item, today = ConfirmationItem(token_hash=_address_hash(address_key)), day_of(now)
        same_day = ConfirmationItem.day == today
        forget = ConfirmationItem.forget_at.set(_seconds(now + _ADDRESS_REMEMBERED))
        first = [ConfirmationItem.mails.set(1), ConfirmationItem.day.set(today), forget]
        return _write(
            item, [ConfirmationItem.mails.add(1), forget], same_day & (ConfirmationItem.mails < most)
        ) or _write(item, first, ConfirmationItem.day.does_not_exist() | ~same_day)

    def note_refusal(self, address_key: str, account_id: str, until: datetime, now: datetime) -> None:
        """Note that the address's owner doesn't want to hear of the account; noting it twice is once."""
        item = ConfirmationItem(token_hash=_address_hash(address_key))
        item.update(
            [
                ConfirmationItem.refused.add({f"{account_id}:{_seconds(until)}"}),
                ConfirmationItem.forget_at.set(_seconds(max(until, now + _ADDRESS_REMEMBERED))),
            ]
        )


_CONDITION_FAILED = "ConditionalCheckFailedException"


def _write(item: ConfirmationItem, actions: Sequence[Action], condition: Condition) -> bool:
    try:
        item.update(list(actions), condition=condition)
    except UpdateError as error:
        if error.cause_response_code == _CONDITION_FAILED:
            return False
        raise
    return True


def _address_hash(address_key: str) -> str:
    return f"address:{hashlib.sha256(address_key.encode()).hexdigest()}"


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
