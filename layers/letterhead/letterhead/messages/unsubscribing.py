"""Giving mails their links to unsubscribe (RFC 8058), and what following one does."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import Activity, ActivityType, activity_id_of
from letterhead.messages.departure import NotTakenError
from letterhead.messages.unsubscribe_link import PATH, link_token, parts_of, proof, with_link
from letterhead.suppressions.suppression import (
    EntryKey,
    Kept,
    Provenance,
    Reason,
    Suppression,
    SuppressionList,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from letterhead.activity.log import ActivityLog
    from letterhead.identities.addresses import EmailAddress
    from letterhead.identities.link_issuing import Key
    from letterhead.messages.departure import MessageProvider
    from letterhead.messages.message import Message


class WithUnsubscribeLinks:
    """A provider that gives each mail which wants one its link. `public_url` has no slash at the end."""

    def __init__(self, provider: MessageProvider, key: Key, public_url: str) -> None:
        self._provider = provider
        self._key = key
        self._public_url = public_url

    def send(self, message: Message, now: datetime) -> str:
        """As the provider's own; raises `UnavailableError`, too, when there is no key now."""
        if message.unsubscribable:
            try:
                token = link_token(self._key.value, message)
            except UnavailableError as error:
                raise NotTakenError from error
            url = f"{self._public_url}{PATH}{token}"
            message = replace(message, unsubscribe_url=url, draft=with_link(message.draft, url))
        return self._provider.send(message, now)


class MessageHeads(Protocol):
    """Where messages are kept."""

    def head(self, account_id: str, message_id: str) -> Message | None:
        """The message as it was lately, without its content if that is large; None when there is none."""


class Suppressions(Protocol):
    """Where suppressions are kept."""

    def add(self, wanted: Sequence[Suppression], now: datetime) -> tuple[Kept, ...]:
        """Add entries, each together with its event; those that are there already stay as they are."""


@value_type
class Unsubscription:
    """What a link is about: mail from that sender to that address."""

    message: Message
    domain_id: str
    address: EmailAddress


class Unsubscribing:
    """The acts, with what they need. `new_id` makes an id at an instant."""

    def __init__(
        self,
        *,
        messages: MessageHeads,
        suppressions: Suppressions,
        log: ActivityLog,
        key: Key,
        new_id: Callable[[datetime], str],
    ) -> None:
        self._messages = messages
        self._suppressions = suppressions
        self._log = log
        self._key = key
        self._new_id = new_id

    def look(self, token: str) -> Unsubscription | None:
        """What a link is about; None for one that we didn't make, or whose message is forgotten. Changes nothing."""
        parts = parts_of(token)
        if parts is None:
            return None
        account_id, message_id, proven = parts
        message = self._messages.head(account_id, message_id)
        if message is None or message.domain_id is None or not message.unsubscribable:
            return None
        if not hmac.compare_digest(proof(self._key.value, message), proven):
            return None
        return Unsubscription(message, message.domain_id, message.draft.to[0].address)

    def carry_out(self, token: str, now: datetime) -> Unsubscription | None:
        """Put the link's recipient onto the list of the sending domain, and note it on the message; twice is once.

        Raises `UnavailableError`; what was done before that is done again the next time, without harm.
        """
        found = self.look(token)
        if found is None:
            return None
        message, address = found.message, found.address.key
        provenance = Provenance(
            added_by="link",
            reason=Reason.UNSUBSCRIBE,
            cause=f"unsubscribe {message.message_id}",
            message_id=message.message_id,
            occurred_at=now,
        )
        entry = EntryKey(SuppressionList.UNSUBSCRIBES, found.domain_id, address)
        wanted = Suppression(self._new_id(now), message.account_id, entry, now, provenance)
        self._suppressions.add([wanted], now)
        activity = _activity(found, now)
        recording = self._log.record(activity, now)
        if not recording.settled:
            self._log.settle(activity, recording)
        return found


def _activity(found: Unsubscription, now: datetime) -> Activity:
    """The same activity however often the link is followed: it stands at the message's own instant."""
    message, address = found.message, found.address.key
    return Activity(
        activity_id=activity_id_of(
            message.message_id, message.created_at, ActivityType.UNSUBSCRIBED, f"unsubscribed {address}"
        ),
        account_id=message.account_id,
        domain_id=found.domain_id,
        identity_id=message.identity_id,
        message_id=message.message_id,
        recipient=address,
        type=ActivityType.UNSUBSCRIBED,
        occurred_at=now,
        placed_at=message.created_at,
        subject=message.draft.subject[:200],
        from_address=message.from_address,
        tags=message.draft.tags,
        test=message.test,
    )
