"""A made-up deployment: accounts of very different sizes, their domains, and who sends how much.

Sizes follow Zipf's law, as those of towns, companies and mailing lists do: the account of rank r has 1/r of the largest one's
domains, and domains send by the same rule. Unkind on purpose: what runs hot is a matter of the largest, not of the average.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from letterhead import identifiers
from letterhead.activity.activity import ActivityType, activity_id_of

DOMAINS_AN_ACCOUNT = 50
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ENVIRONMENTS = 200
"""Environments of the function that takes events in; each keeps a book of its own."""


@dataclass(frozen=True)
class Mail:
    """One mail with all that its keys are made of."""

    account_id: str
    domain_id: str
    endpoint_id: str
    token_hash: str
    message_id: str
    recipient: str
    book: str
    sent_id: str
    delivered_id: str


@dataclass(frozen=True)
class Population:
    """Who there is: each domain's account, and how much each domain sends, by rank."""

    domain_ids: Sequence[str]
    accounts: Sequence[str]
    weights: Sequence[float]

    @classmethod
    def of(cls, domains: int, chance: random.Random) -> Population:
        """A deployment of so many domains."""
        accounts = [_made_id(chance) for _ in range(max(1, domains // DOMAINS_AN_ACCOUNT))]
        sizes = list(itertools.accumulate(1 / rank for rank in range(1, len(accounts) + 1)))
        return cls(
            [_made_id(chance) for _ in range(domains)],
            chance.choices(accounts, cum_weights=sizes, k=domains),
            list(itertools.accumulate(1 / rank for rank in range(1, domains + 1))),
        )

    def mails(self, number: int, chance: random.Random) -> Iterator[Mail]:
        """Mails of one busy second, drawn by who sends how much."""
        for index in chance.choices(range(len(self.domain_ids)), cum_weights=self.weights, k=number):
            account_id, domain_id = self.accounts[index], self.domain_ids[index]
            message_id, recipient = _made_id(chance), f"reader{chance.randrange(10**9)}@example.com"
            yield Mail(
                account_id,
                domain_id,
                endpoint_id=f"endpoint of {account_id}",
                token_hash=hashlib.sha256(account_id.encode()).hexdigest(),
                message_id=message_id,
                recipient=recipient,
                book=f"{chance.randrange(ENVIRONMENTS):x}",
                sent_id=activity_id_of(message_id, NOW, ActivityType.SENT, recipient),
                delivered_id=activity_id_of(message_id, NOW, ActivityType.DELIVERED, recipient),
            )


def _made_id(chance: random.Random) -> str:
    moment = NOW - timedelta(milliseconds=chance.randrange(10**9))
    return identifiers.digest_id(moment, chance.randbytes(5))
