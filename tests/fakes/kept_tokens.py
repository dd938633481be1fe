"""Tokens put straight into the tokens table."""

from __future__ import annotations

from letterhead.adapters.tables.tokens import TokenTable, token_item
from letterhead.tokens.token import ApiToken


def keep(token: ApiToken) -> None:
    """Keep a token as authentication looks it up."""
    TokenTable("TokensTable")
    token_item(token).save()
