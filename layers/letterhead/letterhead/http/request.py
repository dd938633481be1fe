"""One request as an operation sees it."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from letterhead.http.json_body import read_json_array, read_json_object
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.tokens.dialect import Dialect
    from letterhead.tokens.token import ApiToken


@value_type
class PublicRequest:
    """A request to a page for people: no token, no dialect.

    `parameters` are the path's; `query` keeps repeated keys in order; header names are in lower case; `base_url` is where the
    caller found us, scheme and host.
    """

    parameters: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    now: datetime

    @property
    def own_host(self) -> str:
        """The host under which the caller found us."""
        return urlsplit(self.base_url).hostname or ""


class Subject:
    """What a call turns out to be about; its operation notes it for the access log."""

    def __init__(self, domain_id: str | None = None) -> None:
        self.domain_id = domain_id


@value_type
class Request(PublicRequest):
    """A request with a token that may do this."""

    token: ApiToken
    subject: Subject = field(default_factory=Subject)

    @property
    def account_id(self) -> str:
        """The account that asks."""
        return self.token.account_id

    @property
    def dialect(self) -> Dialect:
        """Whose words it is in."""
        return self.token.dialect

    @cached_property
    def json(self) -> Mapping[str, object]:
        """The body as a JSON object; raises `InvalidBodyError`."""
        return read_json_object(self.body)

    @cached_property
    def json_list(self) -> Sequence[object]:
        """The body as a JSON array; raises `InvalidBodyError`."""
        return read_json_array(self.body)

    def query_value(self, name: str) -> str | None:
        """The last value of a query key, or None."""
        return next((value for key, value in reversed(self.query) if key == name), None)
