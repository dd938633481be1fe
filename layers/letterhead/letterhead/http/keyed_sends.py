"""Messages by the keys that their senders gave them, as long as the answers to those sends are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from letterhead.dialects.sendara.messages import read_id
from letterhead.idempotency.key import entry_name
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from letterhead.idempotency.answer import Answer
    from letterhead.tokens.account_token import AccountToken
    from letterhead.tokens.token import ApiToken

_SEND = ("POST", "/v1/send")
_CREATED = 201


class AccountTokens(Protocol):
    """Where an account's tokens are kept."""

    def of_account(self, account_id: str) -> Iterable[AccountToken]:
        """All of them, of every dialect."""


class KeptAnswers(Protocol):
    """Where the answers to writes with keys are kept."""

    def answers(self, entries: Sequence[str], now: datetime) -> Iterable[Answer]:
        """The answers that are kept under these names."""


class SendsByKey:
    """A key belongs to the token that was used with it: the asking one is looked at first, then the account's others."""

    def __init__(self, tokens: AccountTokens, kept: KeptAnswers) -> None:
        self._tokens = tokens
        self._kept = kept

    def message_of(self, token: ApiToken, key: str, now: datetime) -> str | None:
        """The id of the message that was sent under that key, or None."""
        return self._sent_by([token.token_id], key, now) or self._sent_by(
            [
                each.token_id
                for each in self._tokens.of_account(token.account_id)
                if each.dialect is Dialect.SENDARA and each.token_id != token.token_id
            ],
            key,
            now,
        )

    def _sent_by(self, token_ids: Sequence[str], key: str, now: datetime) -> str | None:
        entries = [entry_name(token_id, *_SEND, {}, key) for token_id in token_ids]
        for answer in self._kept.answers(entries, now):
            if answer.status == _CREATED:
                return read_id(json.loads(answer.body)["id"])
        return None
