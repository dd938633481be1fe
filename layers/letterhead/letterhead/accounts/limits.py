"""What an account may use up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum

from letterhead.values import value_type

LARGEST_LIMIT = 10**12


class Limited(StrEnum):
    """What an account may have only so many of."""

    DOMAINS = "domains"
    IDENTITIES = "identities"


class LimitReachedError(Exception):
    """The account has as many of something as it may have."""

    def __init__(self, what: Limited, limit: int) -> None:
        super().__init__(f"{what}: {limit}")
        self.what = what
        self.limit = limit


class LimitsError(ValueError):
    """Limits can't be taken as they are; the message names the one that is wrong."""


@value_type
class AccountLimits:
    """An account's own limits; None leaves one at the deployment's default (no limit for domains and identities)."""

    sends_per_day: int | None = None
    requests_per_minute: int | None = None
    domains: int | None = None
    identities: int | None = None

    @classmethod
    def read(cls, given: object) -> AccountLimits:
        """The limits in a JSON object; raises `LimitsError`."""
        if not isinstance(given, Mapping):
            raise LimitsError("limits: must be an object")
        known = {field.name for field in fields(cls)}
        for name, value in given.items():
            if name not in known:
                raise LimitsError(f"limits: unknown {name}; known are {', '.join(sorted(known))}")
            if value is not None and not _is_count(value):
                raise LimitsError(f"limits: {name} must be a whole number from 0 to {LARGEST_LIMIT}, or null")
        return cls(**given)

    def given(self) -> dict[str, int]:
        """The limits that are set, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


NO_LIMITS = AccountLimits()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_LIMIT
