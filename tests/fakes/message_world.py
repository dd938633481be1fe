"""Everything around messages, in memory: their store, the lists, the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.messages.draft import Draft, Mailbox
from letterhead.messages.message import Message, MessageChangedError, MessageStatus
from letterhead.messages.schedules import ScheduleQuery
from letterhead.suppressions.blocking import Block, Entry, Standing
from letterhead.suppressions.suppression import USUAL_REASONS, EntryKey, SuppressionList
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.token import ApiToken, issue
from letterhead.unavailable import UnavailableError
from tests.fakes.sender_identities import ACCOUNT, address

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


def mailbox(text: str, name: str = "") -> Mailbox:
    return Mailbox(address(text), name)


def draft(**changes: Any) -> Draft:
    """A mail that can be sent, from a domain of the agency's."""
    facts: dict[str, Any] = {
        "sender": mailbox("news@web-agency.com", "Web Agency"),
        "to": (mailbox("rita@reader.example", "Rita"),),
        "subject": "Hello",
        "text": "Hello, Rita.",
    }
    return Draft(**(facts | changes))


def live_token(dialect: Dialect = Dialect.MAILERSEND, **changes: Any) -> ApiToken:
    """A token that may send."""
    scopes = {
        Dialect.MAILERSEND: frozenset({"email_full"}),
        Dialect.SENDARA: frozenset({"send"}),
        Dialect.SENDMAILOS: frozenset({"emails:write"}),
    }
    made = issue(
        token_id=identifiers.new_id(NOW),
        account_id=ACCOUNT,
        dialect=dialect,
        name="sender",
        scopes=scopes[dialect],
        now=NOW,
    )
    return replace(made.token, **changes)


def message(**changes: Any) -> Message:
    """An accepted message."""
    facts: dict[str, Any] = {
        "message_id": identifiers.new_id(NOW),
        "account_id": ACCOUNT,
        "token_id": "0token0token0tok",
        "dialect": Dialect.MAILERSEND,
        "draft": draft(),
        "from_name": "Web Agency",
        "from_address": "news@web-agency.com",
        "reply_to": None,
        "created_at": NOW,
        "domain_id": "0domain00domain0",
    }
    return Message(**(facts | changes))


class InMemoryMessages:
    """The store of messages; passes the same contract test as the table."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], Message] = {}

    def add(self, message: Message) -> None:
        self.messages.setdefault((message.account_id, message.message_id), message)

    def add_all(self, messages: Sequence[Message]) -> None:
        for each in messages:
            self.add(each)

    def by_id(self, account_id: str, message_id: str) -> Message | None:
        return self.messages.get((account_id, message_id))

    def heads(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Message]:
        return {key: self.messages[key] for key in keys if key in self.messages}

    def completed(self, head: Message) -> Message:
        return head

    def head(self, account_id: str, message_id: str) -> Message | None:
        return self.by_id(account_id, message_id)

    def change(self, before: Message, after: Message) -> Message:
        kept = self.messages.get((before.account_id, before.message_id))
        if kept is None or (kept.status, kept.attempts) != (before.status, before.attempts):
            raise MessageChangedError
        changed = replace(
            kept,
            status=after.status,
            due_at=after.due_at,
            attempts=after.attempts,
            left_at=after.left_at,
            provider_id=after.provider_id,
            failure=after.failure,
        )
        self.messages[kept.account_id, kept.message_id] = changed
        return after

    def due(self, now: datetime) -> list[tuple[str, str]]:
        waiting = {MessageStatus.SCHEDULED, MessageStatus.WAITING}
        return [
            key
            for key, kept in self.messages.items()
            if kept.due_at is not None and kept.due_at <= now and kept.status in waiting
        ]

    def newest(self, account_id: str, *, before: str | None, limit: int) -> list[Message]:
        found = [
            kept
            for (account, message_id), kept in self.messages.items()
            if account == account_id and (before is None or message_id < before)
        ]
        return sorted(found, key=lambda kept: kept.message_id, reverse=True)[:limit]

    def scheduled(self, account_id: str, query: ScheduleQuery) -> list[Message]:
        found = self.newest(account_id, before=query.after, limit=len(self.messages))
        fitting = [kept for kept in found if kept.draft.send_at is not None and query.fits(kept)]
        return fitting[query.skipped : query.skipped + query.size]


class Lists:
    """Suppression lists: folded addresses with the lists that they stand on."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[SuppressionList, ...]] = {}
        self.broken = False
        self.asked = 0

    def blocking(self, account_id, domain_id, addresses, now):
        if self.broken:
            raise UnavailableError
        return {
            each: tuple(Block(which, None, USUAL_REASONS[which]) for which in self.entries[each])
            for each in addresses
            if each in self.entries
        }

    def standing(self, addresses):
        self.asked += 1
        if self.broken:
            raise UnavailableError
        return Standing(
            {
                (account_id, each): tuple(
                    Entry(EntryKey(which, None, each), "0entry0000entry0", USUAL_REASONS[which])
                    for which in self.entries.get(each, ())
                )
                for account_id, theirs in addresses.items()
                for each in theirs
            },
            dict.fromkeys(addresses, ()),
        )


class People:
    """An owner and verified test recipients."""

    def __init__(self) -> None:
        self.verified: frozenset[str] = frozenset()

    def owner(self, account_id):
        return "owner@web-agency.com"

    def test_recipients(self, account_id):
        return self.verified


class Allowance:
    """So many a day; None is any number. Serves accounts and domains that warm up."""

    def __init__(self, amount: int | None = None) -> None:
        self.amount = amount
        self.broken = False

    def spend(self, _who, quantity, now):
        if self.broken:
            raise UnavailableError
        if self.amount is None:
            return True
        if quantity > self.amount:
            return False
        self.amount -= quantity
        return True

    def left(self, _who, now):
        if self.broken:
            raise UnavailableError
        return 10**9 if self.amount is None else self.amount


class Provider:
    """Takes messages, or fails as it is told: `failures` are raised one after the other."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.failures: list[Exception] = []

    def send(self, message: Message, now: datetime) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return f"ses-{len(self.sent)}"

    play = send


def later(**duration: float) -> datetime:
    return NOW + timedelta(**duration)
