"""The messages table: one item a message under (account, message id), so that an account's newest are one Query.

A message whose mail is small lies in its item as a whole; of a larger one only the head does, and the rest is in the store of
contents. What waits for its moment stands in the index `due` meanwhile, spread over a few partitions. The table's stream queues
what is due: an item that comes as queued, or becomes so after waiting. What was given a moment stands in the index `scheduled`
for good.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast
from zlib import crc32

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import PutError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from letterhead import identifiers
from letterhead.adapters.tables import draft_text
from letterhead.adapters.tables.attributes import Instant, microseconds
from letterhead.adapters.tables.batch_reading import read_all
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.plain_items import ConditionFailedError, call, number, text
from letterhead.identities.addresses import EmailAddress
from letterhead.messages.draft import Mailbox
from letterhead.messages.message import Message, MessageChangedError, MessageStatus
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.schedules import ScheduleQuery

DUE_PARTITIONS = 8
# By 16 CFR 316.5 (CAN-SPAM) an opt-out works for 30 days after the mail; its link is looked up by the message.
LINKS_SERVE = timedelta(days=60)
_INLINE = 1_400  # octets of a draft; with the other attributes an item stays below two units of 1 KB
# How many scheduled messages one list looks at, and how many it reads at once (BatchGetItem's most).
MOST_SEARCHED = 1_000
_AT_ONCE = 100
_REFUSED = "ConditionalCheckFailedException"


class Contents(Protocol):
    """Where the text, HTML and files of large messages are kept."""

    def put_all(self, contents: Mapping[tuple[str, str], bytes]) -> Mapping[tuple[str, str], str]:
        """Keep each content of an account's message and answer its key; keeping it twice is once. Raises `UnavailableError`."""

    def get(self, key: str) -> bytes:
        """The content of a key. Raises `UnavailableError`."""


class DueMessages(GlobalSecondaryIndex["MessageItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_partition = NumberAttribute(hash_key=True)
    due_at = Instant(range_key=True)


class ScheduledMessages(GlobalSecondaryIndex["MessageItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "scheduled"
        projection = KeysOnlyProjection()

    scheduled_by = UnicodeAttribute(hash_key=True)
    message_id = UnicodeAttribute(range_key=True)


class MessageItem(TableModel):
    """A message as an item. `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live)."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    message_id = UnicodeAttribute(range_key=True)
    token_id = UnicodeAttribute(attr_name="token")
    dialect = UnicodeAttribute()
    domain_id = UnicodeAttribute(null=True, attr_name="domain")
    identity_id = UnicodeAttribute(null=True, attr_name="identity")
    from_name = UnicodeAttribute(null=True)
    from_address = UnicodeAttribute(attr_name="from")
    reply_to = UnicodeAttribute(null=True)
    reply_to_name = UnicodeAttribute(null=True, attr_name="reply_name")
    draft = BinaryAttribute(legacy_encoding=False)
    content_key = UnicodeAttribute(null=True, attr_name="content")
    test = BooleanAttribute(null=True)
    status = UnicodeAttribute()
    due_partition = NumberAttribute(null=True)
    due_at = Instant(null=True)
    scheduled_by = UnicodeAttribute(null=True)
    attempts = NumberAttribute(null=True)
    left_at = Instant(null=True)
    provider_id = UnicodeAttribute(null=True)
    failure = UnicodeAttribute(null=True)
    dropped = JSONAttribute(null=True)
    unspent = BooleanAttribute(null=True)
    bulk_id = UnicodeAttribute(null=True, attr_name="bulk")
    unsubscribable = BooleanAttribute(null=True, attr_name="unsubscribe")
    created_at = Instant(attr_name="created")
    forget_at = NumberAttribute()

    due = DueMessages()
    scheduled = ScheduledMessages()


class MessageTable:
    """Where messages are kept; `kept` is for how long."""

    def __init__(self, table_name: str, contents: Contents, kept: timedelta) -> None:
        MessageItem.bind(table_name)
        self._table_name = table_name
        self._contents = contents
        self._kept = kept

    def add(self, message: Message) -> None:
        """Store a new message; storing it twice is once."""
        (item,) = self._items([message])
        try:
            item.save(condition=MessageItem.message_id.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _REFUSED:
                raise

    def add_all(self, messages: Sequence[Message]) -> None:
        """Store new messages, of ids that nothing has; in few calls, and not all at once when one of them fails."""
        with MessageItem.batch_write() as batch:
            for item in self._items(messages):
                batch.save(item)

    def _items(self, messages: Sequence[Message]) -> list[MessageItem]:
        """Their items, what is too large for one kept apart already."""
        whole = {message.message_id: draft_text.to_bytes(message.draft) for message in messages}
        large = [message for message in messages if len(whole[message.message_id]) > _INLINE]
        apart = {(each.account_id, each.message_id): whole[each.message_id] for each in large}
        keys = self._contents.put_all(apart) if apart else {}
        items = []
        for message in messages:
            key = keys.get((message.account_id, message.message_id))
            if key is None:
                items.append(self._item(message, whole[message.message_id]))
            else:
                head = draft_text.to_bytes(draft_text.head_of(message.draft))
                items.append(self._item(replace(message, content_key=key), head))
        return items

    def by_id(self, account_id: str, message_id: str) -> Message | None:
        """The message with its content as it is now (strongly consistent), or None."""
        head = self.heads([(account_id, message_id)]).get((account_id, message_id))
        return None if head is None else self.completed(head)

    def heads(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Message]:
        """These messages as they are now, without contents that are large; 1 RRU each, a call for a hundred. No key twice."""
        wanted = [{"account_id": text(account_id), "message_id": text(each)} for account_id, each in keys]
        found = read_all(self._table_name, wanted, consistent=True)
        heads = (_message(MessageItem.from_raw_data(dict(item))) for item in found)
        return {(head.account_id, head.message_id): head for head in heads}

    def completed(self, head: Message) -> Message:
        """The message of a head, with its content."""
        if head.content_key is None:
            return head
        whole, known = draft_text.from_bytes(self._contents.get(head.content_key)), head.draft
        # Its recipients may have become fewer since.
        return replace(head, draft=replace(whole, to=known.to, cc=known.cc, bcc=known.bcc))

    def head(self, account_id: str, message_id: str) -> Message | None:
        """The message as it was lately, without its content if that is large; None when there is none."""
        try:
            return _message(MessageItem.get(account_id, message_id))
        except MessageItem.DoesNotExist:
            return None

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError` when it isn't any more what `before` was."""
        due = after.due_at
        kept = {
            "due_partition": None if due is None else number(_partition(after.message_id)),
            "due_at": None if due is None else number(microseconds(due)),
            "attempts": number(after.attempts) if after.attempts else None,
            "left_at": None if after.left_at is None else number(microseconds(after.left_at)),
            "provider_id": None if after.provider_id is None else text(after.provider_id),
            "failure": None if after.failure is None else text(after.failure),
        }
        gone = [name for name, value in kept.items() if value is None]
        values = {f":{name}": value for name, value in kept.items() if value is not None}
        expression = ", ".join(["SET #status = :status", *(f"{name[1:]} = {name}" for name in values)])
        if gone:
            expression += f" REMOVE {', '.join(gone)}"
        same = "#status = :was AND "
        if before.attempts:
            same += "attempts = :tried"
            values[":tried"] = number(before.attempts)
        else:
            same += "attribute_not_exists(attempts)"
        arguments = {
            "TableName": self._table_name,
            "Key": {"account_id": text(before.account_id), "message_id": text(before.message_id)},
            "UpdateExpression": expression,
            "ConditionExpression": same,
            "ExpressionAttributeNames": {"#status": "status"},  # a reserved word
            "ExpressionAttributeValues": {
                **values,
                ":status": text(after.status.value),
                ":was": text(before.status.value),
            },
        }
        try:
            call("UpdateItem", arguments)
        except ConditionFailedError as error:
            raise MessageChangedError from error
        return after

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Account and id of each message that waits and is due, the longest due of each partition first."""
        for partition in range(DUE_PARTITIONS):
            for item in MessageItem.due.query(partition, MessageItem.due_at <= now):
                yield item.account_id, item.message_id

    def newest(self, account_id: str, *, before: str | None, limit: int) -> Sequence[Message]:
        """The heads of an account's messages, newest first, older than the message `before`."""
        key = None if before is None else MessageItem.message_id <= identifiers.before(before)
        found = MessageItem.query(account_id, key, scan_index_forward=False, limit=limit)
        return [_message(item) for item in found]

    def scheduled(self, account_id: str, query: ScheduleQuery) -> Sequence[Message]:
        """At most `size` messages that were given a moment, without large contents; the search ends after a thousand."""
        behind = None if query.after is None else MessageItem.message_id <= identifiers.before(query.after)
        keys = islice(
            MessageItem.scheduled.query(account_id, behind, scan_index_forward=False), MOST_SEARCHED
        )
        wanted = query.skipped + query.size
        matches: list[Message] = []
        while len(matches) < wanted and (some := list(islice(keys, min(wanted, _AT_ONCE)))):
            at_hand = {
                item.message_id: item
                for item in MessageItem.batch_get([(account_id, key.message_id) for key in some])
            }
            heads = (_message(at_hand[key.message_id]) for key in some if key.message_id in at_hand)
            matches += filter(query.fits, heads)
        return matches[query.skipped : wanted]

    def _kept_for(self, message: Message) -> timedelta:
        return max(self._kept, LINKS_SERVE) if message.unsubscribable else self._kept

    def _item(self, message: Message, draft: bytes) -> MessageItem:
        reply_to = message.reply_to
        return MessageItem(
            account_id=message.account_id,
            message_id=message.message_id,
            token_id=message.token_id,
            dialect=message.dialect.value,
            domain_id=message.domain_id,
            identity_id=message.identity_id,
            from_name=message.from_name or None,
            from_address=message.from_address,
            reply_to=None if reply_to is None else reply_to.address.deliverable,
            reply_to_name=None if reply_to is None else reply_to.name or None,
            draft=draft,
            content_key=message.content_key,
            test=message.test or None,
            status=message.status.value,
            due_partition=None if message.due_at is None else _partition(message.message_id),
            due_at=message.due_at,
            failure=message.failure,
            dropped=dict(message.dropped) or None,
            scheduled_by=None if message.draft.send_at is None else message.account_id,
            unspent=message.unspent or None,
            bulk_id=message.bulk_id,
            unsubscribable=message.unsubscribable or None,
            created_at=message.created_at,
            forget_at=int((message.created_at + self._kept_for(message)).timestamp()),
        )


def _partition(message_id: str) -> int:
    return crc32(message_id.encode()) % DUE_PARTITIONS


def _message(item: MessageItem) -> Message:
    return Message(
        message_id=item.message_id,
        account_id=item.account_id,
        token_id=item.token_id,
        dialect=Dialect(item.dialect),
        draft=draft_text.from_bytes(item.draft),
        from_name=item.from_name or "",
        from_address=item.from_address,
        reply_to=_reply_to(item),
        created_at=item.created_at,
        domain_id=item.domain_id,
        identity_id=item.identity_id,
        test=bool(item.test),
        status=MessageStatus(item.status),
        due_at=cast("datetime | None", item.due_at),
        attempts=int(item.attempts or 0),
        left_at=cast("datetime | None", item.left_at),
        provider_id=item.provider_id,
        failure=item.failure,
        dropped=item.dropped or {},
        unspent=bool(item.unspent),
        bulk_id=item.bulk_id,
        unsubscribable=bool(item.unsubscribable),
        content_key=item.content_key,
    )


def _reply_to(item: MessageItem) -> Mailbox | None:
    address = cast("str | None", item.reply_to)
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return Mailbox(EmailAddress(local, domain, domain), item.reply_to_name or "")
