"""The ownership challenge: a TXT record of a claim's own, by which an account proves that a name is its."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.ports import ChallengeResult

LABEL = "_letterhead-challenge"
_BYTES = 20


def new_challenge() -> str:
    """The text of a fresh challenge: 160 random bits, in digits that survive a panel that changes case."""
    return f"letterhead-challenge={secrets.token_hex(_BYTES)}"


def challenge_name(domain: SendingDomain) -> str:
    """Where the challenge is to be published."""
    return f"{LABEL}.{domain.name}"


def explanation(domain: SendingDomain, result: ChallengeResult | None) -> str:
    """Why a contested name isn't this account's yet, in one sentence."""
    if domain.lost_at is not None and result is None:
        return "Another account has proven that the name is its own; to take it back, publish this new challenge."
    if result is not None:
        return result.detail
    return "Somebody else has registered this name or a related one: publish this record to prove that it is yours."
