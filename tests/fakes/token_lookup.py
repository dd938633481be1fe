"""Tokens in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from letterhead.tokens.token import ApiToken


class InMemoryTokens:
    """A `TokenLookup`; `asked` are the hashes that were looked up."""

    def __init__(self) -> None:
        self._tokens: dict[str, ApiToken] = {}
        self.asked: list[str] = []

    def add(self, token: ApiToken) -> None:
        self._tokens[token.token_hash] = token

    def by_hash(self, token_hash: str) -> ApiToken | None:
        self.asked.append(token_hash)
        return self._tokens.get(token_hash)

    def note_use(self, token_hash: str, day: date) -> None:
        token = self._tokens.get(token_hash)
        if token is not None and (token.last_used is None or token.last_used < day):
            self._tokens[token_hash] = replace(token, last_used=day)
