"""Giving a token another secret, with or without an overlap in which the old one still works."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.tokens import secret
from letterhead.tokens.account_token import AccountToken, ReplacedSecret, TokenChangedError
from letterhead.tokens.authority import check_may_hold
from letterhead.tokens.issuing import CreatedToken
from letterhead.tokens.management import TokenReader, tries
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from letterhead.tokens.token import ApiToken

LONGEST_OVERLAP = timedelta(days=7)


class RotatingStore(TokenReader, Protocol):
    """Where an account's tokens are kept."""

    def rotate(self, token: AccountToken, *, before: AccountToken) -> AccountToken:
        """Put a new secret in the place of the one that `before` has.

        The old secret ends at once, or as `token.replaced` says; one that was living out an earlier overlap ends at once.
        Raises `TokenChangedError` when the token has changed since `before`, `AccountSuspendedError`.
        """


def rotate(
    caller: ApiToken, token: AccountToken, overlap: timedelta, *, store: RotatingStore, now: datetime
) -> CreatedToken:
    """A new secret for a token; its id and everything else stay.

    The old secret lives on for `overlap`, but never longer than the token itself, and there is never more than one old one.
    Raises `TokenNotFoundError`, `BeyondAuthorityError` for a token that goes beyond the caller, for the caller would hold it
    then, `ReplacedSecretError`, `AccountSuspendedError`.
    """
    for before in tries(caller, token, store):
        check_may_hold(caller, before)
        (used,) = store.with_last_use([before])
        text = secret.new_secret(before.dialect, test_mode=before.grant.test_mode)
        after = replace(
            used,
            token_hash=secret.hash_of(text),
            preview=secret.preview_of(text),
            replaced=_replaced(before, overlap, now),
        )
        try:
            return CreatedToken(store.rotate(after, before=before), text)
        except TokenChangedError:
            continue
    raise UnavailableError


def _replaced(before: AccountToken, overlap: timedelta, now: datetime) -> ReplacedSecret | None:
    if not overlap:
        return None
    ends_at = now + overlap
    if before.grant.expires_at is not None:
        ends_at = min(ends_at, before.grant.expires_at)
    return ReplacedSecret(before.token_hash, before.preview, ends_at)
