"""The items of the suppressions table, and back.

Under an account there are four kinds, told apart by how their sort keys begin:

- `a#<address>`: all entries of an address in short, which is all that a send needs to read of it.
- `p#<pattern>`: the same of a blocklist pattern.
- `patterns`: all patterns of the account with their scopes as one set, read together with the addresses of a send.
- `e#<list>#<domain id or ->#<entry id>`: one entry in full; a list of one scope is a range of these, in the order of time.

A hold's own item is in the index `by_due` until DynamoDB drops it, some days after its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.suppressions.blocking import Entry, ScopedPattern
from letterhead.suppressions.pattern import Pattern
from letterhead.suppressions.suppression import EntryKey, Provenance, Reason, Suppression, SuppressionList
from letterhead.values import value_type

PATTERNS_KEY = "patterns"
ADDRESS_PREFIX = "a#"
ENTRY_PREFIX = "e#"
_ACCOUNT_SCOPE = "-"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT_AFTER_END = timedelta(days=7)
# One letter each, for an item that a send pays for has to stay small.
_LIST_LETTERS = {
    SuppressionList.SPAM_COMPLAINTS: "c",
    SuppressionList.HARD_BOUNCES: "h",
    SuppressionList.UNSUBSCRIBES: "u",
    SuppressionList.BLOCKLIST: "b",
    SuppressionList.ON_HOLD: "o",
}
_REASON_LETTERS = {
    Reason.COMPLAINT: "c",
    Reason.HARD_BOUNCE: "h",
    Reason.UNSUBSCRIBE: "u",
    Reason.BLOCKLIST: "b",
    Reason.MANUAL: "m",
    Reason.ON_HOLD: "o",
}
_LISTS = {letter: each for each, letter in _LIST_LETTERS.items()}
_REASONS = {letter: each for each, letter in _REASON_LETTERS.items()}


class HoldsByDue(GlobalSecondaryIndex["SuppressionItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    due_day = UnicodeAttribute(hash_key=True)
    expires_at = Instant(range_key=True, attr_name="expires")


class SuppressionItem(TableModel):
    """Any of the four kinds. `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live)."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    sort_key = UnicodeAttribute(range_key=True)
    entries = UnicodeAttribute(null=True)
    patterns = UnicodeSetAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    is_pattern = NumberAttribute(null=True, attr_name="pattern")
    created_at = Instant(null=True, attr_name="made")
    reason = UnicodeAttribute(null=True)
    added_by = UnicodeAttribute(null=True, attr_name="by")
    cause = UnicodeAttribute(null=True)
    diagnostic = UnicodeAttribute(null=True)
    status_code = UnicodeAttribute(null=True, attr_name="smtp")
    message_id = UnicodeAttribute(null=True, attr_name="message")
    note = UnicodeAttribute(null=True)
    occurred_at = Instant(null=True, attr_name="occurred")
    soft_bounces = NumberAttribute(null=True, attr_name="soft")
    expires_at = Instant(null=True, attr_name="expires")
    due_day = UnicodeAttribute(null=True)
    forget_at = NumberAttribute(null=True)

    by_due = HoldsByDue()


@value_type
class Mark:
    """An entry as its address's item has it. `cause` is a digest: enough to know a repetition."""

    entry: Entry
    cause: str = ""

    @classmethod
    def of(cls, suppression: Suppression) -> Mark:
        """The mark that a new entry leaves."""
        entry = Entry(
            suppression.key,
            suppression.suppression_id,
            suppression.provenance.reason,
            suppression.expires_at,
        )
        return cls(entry, digest_of(suppression.provenance.cause))


Marks = Mapping[tuple[SuppressionList, str | None], Mark]


def digest_of(cause: str | None) -> str:
    """What of an event's own name is kept beside the address."""
    return "" if cause is None else hashlib.sha256(cause.encode()).hexdigest()[:8]


def subject_key(key: EntryKey) -> str:
    """The sort key of the item that holds all entries of an address or a pattern."""
    return f"{'p#' if key.is_pattern else ADDRESS_PREFIX}{key.subject}"


def list_prefix(which: SuppressionList, domain_id: str | None) -> str:
    """How the sort keys of a list's entries begin in one scope."""
    return f"{ENTRY_PREFIX}{which.value}#{domain_id or _ACCOUNT_SCOPE}#"


def entry_key(which: SuppressionList, domain_id: str | None, suppression_id: str) -> str:
    """The sort key of one entry."""
    return list_prefix(which, domain_id) + suppression_id


def written(marks: Iterable[Mark]) -> str:
    """An address's entries as text; one set of entries has one text."""
    return "\n".join(sorted(_line(mark) for mark in marks))


def read(item: SuppressionItem) -> Marks:
    """The entries of an address's or a pattern's item."""
    is_pattern = item.sort_key.startswith("p#")
    marks = (_mark(line, item.sort_key[2:], is_pattern) for line in (item.entries or "").splitlines())
    return {(mark.entry.key.list, mark.entry.key.domain_id): mark for mark in marks}


def _line(mark: Mark) -> str:
    entry = mark.entry
    expires = (
        "" if entry.expires_at is None else str((entry.expires_at - _EPOCH) // timedelta(microseconds=1))
    )
    letters = _LIST_LETTERS[entry.key.list] + _REASON_LETTERS[entry.reason]
    return "|".join((letters, entry.key.domain_id or "", entry.suppression_id, expires, mark.cause))


def _mark(line: str, subject: str, is_pattern: bool) -> Mark:
    letters, domain_id, suppression_id, expires, cause = line.split("|")
    key = EntryKey(_LISTS[letters[0]], domain_id or None, subject, is_pattern)
    expires_at = _EPOCH + timedelta(microseconds=int(expires)) if expires else None
    return Mark(Entry(key, suppression_id, _REASONS[letters[1]], expires_at), cause)


def set_member(key: EntryKey) -> str:
    """A pattern with its scope, as the set of all patterns has it."""
    return f"{key.domain_id or ''}|{key.subject}"


def scoped_patterns(item: SuppressionItem | None) -> tuple[ScopedPattern, ...]:
    """All patterns of an account."""
    members = (item.patterns if item is not None else None) or set()
    parts = (member.partition("|") for member in members)
    return tuple(ScopedPattern(scope or None, Pattern.parse(text)) for scope, _, text in parts)


def entry_item(suppression: Suppression) -> SuppressionItem:
    """An entry's own item."""
    key, origin, expires_at = suppression.key, suppression.provenance, suppression.expires_at
    return SuppressionItem(
        account_id=suppression.account_id,
        sort_key=entry_key(key.list, key.domain_id, suppression.suppression_id),
        subject=key.subject,
        is_pattern=1 if key.is_pattern else None,
        created_at=suppression.created_at,
        reason=_REASON_LETTERS[origin.reason],
        added_by=origin.added_by,
        cause=origin.cause,
        diagnostic=origin.diagnostic,
        status_code=origin.status_code,
        message_id=origin.message_id,
        note=origin.note,
        occurred_at=origin.occurred_at,
        soft_bounces=origin.soft_bounces,
        expires_at=expires_at,
        due_day=None if expires_at is None else due_day(expires_at),
        forget_at=None if expires_at is None else int((expires_at + _KEPT_AFTER_END).timestamp()),
    )


def due_day(moment: datetime) -> str:
    """The part of the index in which a hold's end lies."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def suppression_of(item: SuppressionItem) -> Suppression:
    """The entry that an entry's own item holds."""
    _, which, scope, suppression_id = item.sort_key.split("#")
    soft_bounces = cast("float | None", item.soft_bounces)
    return Suppression(
        suppression_id=suppression_id,
        account_id=item.account_id,
        key=EntryKey(
            SuppressionList(which),
            None if scope == _ACCOUNT_SCOPE else scope,
            item.subject or "",
            bool(item.is_pattern),
        ),
        created_at=item.created_at,
        provenance=Provenance(
            added_by=item.added_by or "",
            reason=_REASONS[item.reason or ""],
            cause=item.cause,
            diagnostic=item.diagnostic,
            status_code=item.status_code,
            message_id=item.message_id,
            note=item.note,
            occurred_at=item.occurred_at,
            soft_bounces=None if soft_bounces is None else int(soft_bounces),
        ),
        expires_at=cast("datetime | None", item.expires_at),
    )
