"""Creating, changing and deleting endpoints, and renewing their secrets, each as far as the asking token may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type
from letterhead.webhooks.endpoint import (
    MOST_ENDPOINTS,
    Endpoint,
    EndpointChangedError,
    EndpointNotFoundError,
    EndpointUrlTakenError,
    TooManyEndpointsError,
)
from letterhead.webhooks.schedule import Pace
from letterhead.webhooks.signing_secrets import (
    KeyPairs,
    RandomBytes,
    Sealer,
    Secrets,
    SigningSecret,
    from_bytes,
    new_secret,
    public_key_text,
    to_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from letterhead.tokens.token import ApiToken

_TRIES = 4


@value_type
class AccountEndpoints:
    """All endpoints of an account, and the revision of their set."""

    endpoints: tuple[Endpoint, ...]
    revision: int


@value_type
class NewEndpoint:
    """What a caller asks for; `secret` is the dialect's own where the caller chose it."""

    url: str
    events: tuple[str, ...]
    name: str = ""
    enabled: bool = True
    version: int = 1
    pace: Pace = Pace.LONG
    domain_id: str | None = None
    identity_id: str | None = None
    secret: str | None = None


@value_type
class EndpointChange:
    """What a caller wants otherwise; None leaves a thing as it is."""

    url: str | None = None
    events: tuple[str, ...] | None = None
    name: str | None = None
    enabled: bool | None = None
    version: int | None = None
    pace: Pace | None = None


@value_type
class WithSecret:
    """An endpoint with what its requests are signed with."""

    endpoint: Endpoint
    secret: SigningSecret


class EndpointStore(Protocol):
    """Where endpoints are kept."""

    def all_of(self, account_id: str) -> AccountEndpoints:
        """The account's endpoints as they are now, oldest first."""

    def by_id(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint as it is now, or None."""

    def add(self, endpoint: Endpoint, revision: int) -> None:
        """Store a new endpoint; raises `EndpointChangedError` when the account's set has another revision."""

    def save(self, endpoint: Endpoint, *, before: Endpoint) -> Endpoint:
        """Store a change; raises `EndpointChangedError`."""

    def remove(self, endpoint: Endpoint) -> None:
        """Forget an endpoint; forgetting it twice is once."""


class Pinging(Protocol):
    """The ping that an endpoint has to take before it is stored, in the dialect that has one."""

    def __call__(self, url: str, now: datetime) -> None:
        """Raises `PingFailedError`."""


class Managing:
    """The acts, with what they need."""

    def __init__(
        self,
        store: EndpointStore,
        sealer: Sealer,
        pairs: KeyPairs,
        random_bytes: RandomBytes,
        new_id: Callable[[datetime], str],
        ping: Pinging,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._pairs = pairs
        self._random_bytes = random_bytes
        self._new_id = new_id
        self._ping = ping

    def list(self, token: ApiToken) -> tuple[Endpoint, ...]:
        """The endpoints that a token may know of, oldest first."""
        found = self._store.all_of(token.account_id).endpoints
        return tuple(endpoint for endpoint in found if endpoint.seen_by(token))

    def find(self, token: ApiToken, endpoint_id: str) -> Endpoint:
        """An endpoint that the token may know of; raises `EndpointNotFoundError`."""
        endpoint = self._store.by_id(token.account_id, endpoint_id)
        if endpoint is None or not endpoint.seen_by(token):
            raise EndpointNotFoundError
        return endpoint

    def create(self, token: ApiToken, wanted: NewEndpoint, now: datetime) -> WithSecret:
        """Store a new endpoint, in MailerSend's dialect once it has taken a ping.

        Raises `TooManyEndpointsError`, `EndpointUrlTakenError`, `PingFailedError`, `UnavailableError`.
        """
        endpoint_id = self._new_id(now)
        secret = new_secret(token.dialect, self._random_bytes, wanted.secret)
        pinged = False
        for _ in range(_TRIES):
            known = self._store.all_of(token.account_id)
            if len(known.endpoints) >= MOST_ENDPOINTS:
                raise TooManyEndpointsError
            _check_url_is_free(token.dialect, wanted.url, wanted.domain_id, known.endpoints, endpoint_id)
            if not pinged:
                self._ping_if_due(token.dialect, wanted.url, now)
                pinged = True
            endpoint = Endpoint(
                account_id=token.account_id,
                endpoint_id=endpoint_id,
                dialect=token.dialect,
                url=wanted.url,
                events=wanted.events,
                sealed=self._seal(endpoint_id, Secrets(secret)),
                public_key=public_key_text(secret, self._pairs),
                created_at=now,
                updated_at=now,
                name=wanted.name,
                version=wanted.version,
                pace=wanted.pace,
                domain_id=wanted.domain_id or token.domain_id,
                identity_id=wanted.identity_id or token.identity_id,
                enabled=wanted.enabled,
            )
            try:
                self._store.add(endpoint, known.revision)
            except EndpointChangedError:
                continue
            return WithSecret(endpoint, secret)
        raise UnavailableError

    def change(self, token: ApiToken, before: Endpoint, wanted: EndpointChange, now: datetime) -> Endpoint:
        """Store what is to be otherwise. An endpoint that is switched on again starts with a clean slate.

        Raises `EndpointNotFoundError`, `EndpointUrlTakenError`, `PingFailedError`, `UnavailableError`.
        """
        if wanted.url is not None and wanted.url != before.url:
            others = self._store.all_of(token.account_id).endpoints
            _check_url_is_free(before.dialect, wanted.url, before.domain_id, others, before.endpoint_id)
            self._ping_if_due(before.dialect, wanted.url, now)
        given = {
            name: value
            for name in ("url", "events", "name", "version", "pace")
            if (value := getattr(wanted, name)) is not None
        }
        for _ in range(_TRIES):
            after = replace(before, **given, updated_at=now)
            if wanted.enabled is not None:
                after = after.switched(wanted.enabled)
            try:
                return self._store.save(after, before=before)
            except EndpointChangedError:
                before = self.find(token, before.endpoint_id)
        raise UnavailableError

    def rotate(
        self, token: ApiToken, before: Endpoint, overlap: timedelta, now: datetime, chosen: str | None = None
    ) -> WithSecret:
        """Renew all of an endpoint's secrets; the replaced ones sign too until the overlap is over.

        Raises `EndpointNotFoundError`, `UnavailableError`.
        """
        secret = new_secret(before.dialect, self._random_bytes, chosen)
        for _ in range(_TRIES):
            kept = self.secret_of(before) if overlap else None
            after = replace(
                before,
                sealed=self._seal(before.endpoint_id, Secrets(secret, kept)),
                public_key=public_key_text(secret, self._pairs),
                overlap_until=now + overlap if kept else None,
            )
            try:
                return WithSecret(self._store.save(after, before=before), secret)
            except EndpointChangedError:
                before = self.find(token, before.endpoint_id)
        raise UnavailableError

    def delete(self, endpoint: Endpoint) -> None:
        """Forget an endpoint; nothing is sent to it any more."""
        self._store.remove(endpoint)

    def secret_of(self, endpoint: Endpoint) -> SigningSecret:
        """The current secret; raises `UnavailableError`."""
        return from_bytes(self._sealer.open(endpoint.sealed, endpoint.endpoint_id.encode())).current

    def _seal(self, endpoint_id: str, secrets: Secrets) -> bytes:
        return self._sealer.seal(to_bytes(secrets), endpoint_id.encode())

    def _ping_if_due(self, dialect: Dialect, url: str, now: datetime) -> None:
        if dialect is Dialect.MAILERSEND:
            self._ping(url, now)


def _check_url_is_free(
    dialect: Dialect, url: str, domain_id: str | None, known: Sequence[Endpoint], endpoint_id: str
) -> None:
    """MailerSend alone keeps URLs unique (contracts A.1)."""
    if dialect is Dialect.MAILERSEND and any(
        (each.dialect, each.url, each.domain_id) == (dialect, url, domain_id)
        and each.endpoint_id != endpoint_id
        for each in known
    ):
        raise EndpointUrlTakenError
