"""One table from what concepts raise to what a caller is told."""

from __future__ import annotations

from collections.abc import Callable

from letterhead.dialects.problem import InvalidBodyError, InvalidFieldsError, Kind, Problem
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError, NameTakenError
from letterhead.domains.names import DomainNameError
from letterhead.domains.registration import ProviderRefusedError
from letterhead.identities.creation import DomainNotVerifiedError, UnknownDomainError
from letterhead.identities.identity import AddressTakenError, IdentityNotFoundError
from letterhead.tokens.authentication import AccountSuspendedError, UnauthenticatedError
from letterhead.unavailable import UnavailableError


class ForbiddenError(Exception):
    """The token's scopes don't cover the call."""


class NoSuchCallError(Exception):
    """There is no such path, or it doesn't know that method but the ones named."""

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__("no such call")
        self.allow = allow


class UnsupportedMediaError(Exception):
    """A body in another form than JSON."""


def _no_such_call(error: NoSuchCallError) -> Problem:
    if error.allow:
        return Problem(Kind.METHOD_NOT_ALLOWED, allow=error.allow)
    return Problem(Kind.NOT_FOUND)


_TAKEN = Problem(Kind.TAKEN, fields={"domain_name": ("The name has already been taken.",)})

_PROBLEMS: dict[type[Exception], Callable[..., Problem]] = {
    UnauthenticatedError: lambda _: Problem(Kind.UNAUTHENTICATED),
    AccountSuspendedError: lambda _: Problem(Kind.FORBIDDEN, "this account is suspended"),
    ForbiddenError: lambda _: Problem(Kind.FORBIDDEN),
    NoSuchCallError: _no_such_call,
    UnsupportedMediaError: lambda _: Problem(Kind.UNSUPPORTED_MEDIA),
    InvalidBodyError: lambda error: Problem(Kind.INVALID, str(error), {"body": (str(error),)}),
    InvalidFieldsError: lambda error: Problem(Kind.INVALID, fields=error.fields),
    DomainNameError: lambda error: Problem(
        Kind.INVALID, fields={"domain_name": (f"The domain name {error}.",)}
    ),
    DomainNotFoundError: lambda _: Problem(Kind.NOT_FOUND),
    DomainExistsError: lambda _: _TAKEN,
    NameTakenError: lambda _: _TAKEN,
    IdentityNotFoundError: lambda _: Problem(Kind.NOT_FOUND),
    AddressTakenError: lambda _: Problem(
        Kind.TAKEN, fields={"email": ("The email has already been taken.",)}
    ),
    UnknownDomainError: lambda _: Problem(
        Kind.INVALID, fields={"domain_id": ("The selected domain id is invalid.",)}
    ),
    DomainNotVerifiedError: lambda _: Problem(
        Kind.INVALID,
        fields={"domain_id": ("The domain must be verified before it can have sender identities.",)},
    ),
    UnavailableError: lambda error: Problem(Kind.UNAVAILABLE, retry_after=error.retry_after),
    ProviderRefusedError: lambda _: Problem(Kind.UNAVAILABLE, retry_after=60),
}


def problem_of(error: Exception) -> Problem:
    """What a caller is told about an error; whatever isn't in the table is ours and says nothing."""
    for kind in type(error).__mro__:
        if kind in _PROBLEMS:
            return _PROBLEMS[kind](error)
    return Problem(Kind.INTERNAL)
