"""An endpoint: a URL of an account that is told of some of its events."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type
from letterhead.webhooks.event_names import wire_name
from letterhead.webhooks.schedule import Pace

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.tokens.dialect import Dialect
    from letterhead.tokens.token import ApiToken

MOST_ENDPOINTS = 100


class EndpointNotFoundError(Exception):
    """This account has no such endpoint, or not one that this token may know of."""


class EndpointUrlTakenError(Exception):
    """The domain has an endpoint of that URL already."""


class TooManyEndpointsError(Exception):
    """The account has as many endpoints as it may have."""


class EndpointChangedError(Exception):
    """The endpoint, or the account's set of them, isn't any more what it was when it was read."""


class DisabledBecause(StrEnum):
    """Why an endpoint was disabled by us: it answered 410, or nothing but failure for three days."""

    GONE = "gone"
    FAILING = "failing"


@value_type
class Subject:
    """What an event is about, as far as it decides who is told: its kind (our name), domain and identity."""

    type: str
    domain_id: str | None = None
    identity_id: str | None = None


@value_type
class Endpoint:
    """An endpoint.

    `events` are the dialect's names in the order given; none means all. `domain_id` and `identity_id` restrict it to what is
    about them. `version` is of MailerSend's payload. `sealed` holds the signing secrets, encrypted, `public_key` is the published
    one of them; replaced ones still sign until `overlap_until`. `revision` grows with every change.
    """

    account_id: str
    endpoint_id: str
    dialect: Dialect
    url: str
    events: tuple[str, ...]
    sealed: bytes
    public_key: str
    created_at: datetime
    updated_at: datetime
    name: str = ""
    version: int = 1
    pace: Pace = Pace.LONG
    domain_id: str | None = None
    identity_id: str | None = None
    enabled: bool = True
    disabled_because: DisabledBecause | None = None
    disabled_at: datetime | None = None
    overlap_until: datetime | None = None
    warned_at: datetime | None = None
    revision: int = 0

    def wants(self, subject: Subject) -> bool:
        """Whether it is to be told of an event."""
        return (
            self.enabled
            and (not self.events or wire_name(self.dialect, subject.type) in self.events)
            and self.domain_id in (None, subject.domain_id)
            and self.identity_id in (None, subject.identity_id)
        )

    def seen_by(self, token: ApiToken) -> bool:
        """Whether a token may know of it: one of its own dialect, and restricted to no less than the token is."""
        return (
            self.dialect is token.dialect
            and token.domain_id in (None, self.domain_id)
            and token.identity_id in (None, self.identity_id)
        )

    def disabled(self, reason: DisabledBecause, now: datetime) -> Endpoint:
        """The endpoint after we have given it up."""
        return replace(self, enabled=False, disabled_because=reason, disabled_at=now, updated_at=now)

    def switched(self, enabled: bool) -> Endpoint:
        """The endpoint after its account has switched it on or off."""
        if enabled is self.enabled:
            return self
        return replace(self, enabled=enabled, disabled_because=None, disabled_at=None)
