"""Which keys one mail and one look at a domain read and write, and how many units: with the very functions that make the keys.

Units are the budgets that tests hold with a meter (tests/functions/email, …/ses_events, …/webhooks): the dearest that may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from letterhead.activity.activity import ActivityType, day_of
from letterhead.activity.recipients import recipient_id_of
from letterhead.adapters.tables.activity_item import place_of, shard_of
from letterhead.adapters.tables.checks import CheckItem
from letterhead.adapters.tables.counts import SHARDS as COUNT_SHARDS
from letterhead.adapters.tables.delivery_items import DeliveryItem
from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.adapters.tables.messages import MessageItem
from letterhead.adapters.tables.suppression_item import SuppressionItem
from letterhead.adapters.tables.tokens import TokenItem
from letterhead.adapters.tables.watch_slots import watched_at
from tools.scale.population import NOW, Mail

READS_A_KEY = 3_000
WRITES_A_KEY = 1_000
"""Units a second that one partition, and so one key, takes (DynamoDB developer guide, "Designing partition keys")."""


class Touch(NamedTuple):
    """So many units on one key of one table or index."""

    table: str
    kind: str
    key: str
    units: float


def of_mail(mail: Mail) -> Iterator[Touch]:
    """A mail to one recipient: taken, sent, all of it and its Send and Delivery events put on record and told to one endpoint."""
    yield Touch("tokens", "read", _key(TokenItem, mail), 1)
    yield Touch("domains", "read", _key(DomainItem, mail), 1)
    yield Touch("suppressions", "read", _key(SuppressionItem, mail), 2)
    yield Touch("messages", "write", _key(MessageItem, mail), 4)
    day = day_of(NOW)
    for kind, activity_id in (
        (ActivityType.QUEUED, mail.message_id),
        (ActivityType.SENT, mail.sent_id),
        (ActivityType.DELIVERED, mail.delivered_id),
    ):
        yield Touch("activity", "write", mail.message_id, 1)
        place = place_of(mail.domain_id, day, kind.value, shard_of(activity_id[:16]))
        yield Touch("activity, by_place", "write", place, 1)
        yield Touch("counts", "write", f"{mail.domain_id}#{int(mail.book, 36) % COUNT_SHARDS}", 1)
        yield Touch("deliveries", "write", _key(DeliveryItem, mail), 2)
    recipient = recipient_id_of(mail.domain_id, mail.recipient)
    yield Touch("recipients", "write", f"{mail.domain_id}#{shard_of(recipient)}", 1)


def units_of_a_mail(table: str) -> float:
    """How many units one mail writes in a table."""
    mail = Mail(*("0" * 16 for _ in Mail.__dataclass_fields__))
    return sum(each.units for each in of_mail(mail) if (each.table, each.kind) == (table, "write"))


def of_look(domain_id: str) -> Iterator[Touch]:
    """A look at a domain that is well: its slot is read, and its last check goes on."""
    yield Touch("domains, by_watch", "read", watched_at(domain_id, None)[0], 0.3)
    yield Touch("checks", "write", f"{CheckItem.__name__} {domain_id}", 1)


def of_trouble(domain_id: str) -> Iterator[Touch]:
    """A domain that moves from its slot to the shards of what is due at a moment, and back."""
    shard = watched_at(domain_id, NOW + timedelta(minutes=10))[0]
    yield Touch("domains, by_watch", "write", shard, 2)


def _key(model: type, mail: Mail) -> str:
    """The value of a table's partition key for a mail: of the attribute that the model itself names so."""
    (name,) = (each.attr_name for each in model.get_attributes().values() if each.is_hash_key)
    value: str = getattr(mail, name)
    return value
