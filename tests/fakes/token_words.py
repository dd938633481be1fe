"""How each dialect says what all of them mean by a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from letterhead import identifiers
from letterhead.tokens.dialect import Dialect
from tests.fakes.api_gateway import Answer


@dataclass(frozen=True)
class Words:
    """One dialect's calls on tokens: where they are, how an id is written, what a body needs, and what an answer holds."""

    dialect: Dialect
    path: str
    created: int
    list_key: str
    secret_key: str
    id_of: Callable[[str], str]
    needed: dict[str, Any]
    full_scope: str

    def of(self, token_id: str, act: str = "") -> str:
        return f"{self.path}/{self.id_of(token_id)}{act}"

    def inner(self, answer: Answer) -> dict[str, Any]:
        """The one token in an answer."""
        body = answer.json
        return body.get("data") or body.get("api_key") or body

    def secret(self, answer: Answer) -> str:
        return self.inner(answer)[self.secret_key]

    def listed(self, answer: Answer) -> list[dict[str, Any]]:
        return answer.json[self.list_key]

    def fields(self, answer: Answer) -> set[str]:
        """The fields that a refusal names."""
        if self.dialect is Dialect.MAILERSEND:
            assert answer.status == 422, answer.text
            return set(answer.json["errors"])
        assert answer.status == 400, answer.text
        text = answer.json["error"]["message"] if self.dialect is Dialect.SENDARA else answer.json["error"]
        return {part.partition(":")[0].strip() for part in text.split(";")}


def _prefixed(token_id: str) -> str:
    return identifiers.to_prefixed("key", token_id)


WORDS = {
    Dialect.MAILERSEND: Words(
        Dialect.MAILERSEND, "/v1/token", 200, "data", "accessToken", str,
        {"name": "client", "scopes": ["domains_read"]}, "tokens_full",
    ),
    Dialect.SENDARA: Words(
        Dialect.SENDARA, "/v1/keys", 201, "keys", "key", _prefixed, {"scope": "read"}, "admin"
    ),
    Dialect.SENDMAILOS: Words(
        Dialect.SENDMAILOS, "/api/v1/api-keys", 201, "api_keys", "key", identifiers.to_uuid,
        {"name": "client", "scopes": ["domains:read"]}, "api-keys:write",
    ),
}  # fmt: skip
