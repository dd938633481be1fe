"""SendMailOS's API keys (what its documents leave open is Letterhead's)."""

from __future__ import annotations

from letterhead.dialects.sendmailos.api_keys import LONGEST_NAME
from letterhead.tokens.account_token import TokenNotFoundError
from letterhead.tokens.authority import BeyondAuthorityError, ReplacedSecretError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import GrantRefusedError
from letterhead.tokens.scopes import SCOPES
from tools.openapi import values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import (
    Schema,
    always,
    array,
    body,
    closed,
    flag,
    nullable,
    one_of,
    ref,
    resource,
    text,
)

_TAG = "API keys"
TAG = {_TAG: "API keys. None can make, change or hold one that may do more than itself."}
PATH_PARAMETERS = {"token": Parameter("token", Place.PATH, values.uuid(), "The key's id.")}
_SCOPE = ref("Scope")
_OBJECT = {
    "id": values.uuid(),
    "name": text(),
    "scopes": array(_SCOPE),
    "test_mode": flag("Whether it is a test key, with which no mail leaves."),
    "preview": values.preview(),
    "created_at": values.moment(),
    "expires_at": nullable(values.moment()),
    "domain_id": nullable(values.uuid("The sending domain that it is restricted to.")),
    "identity_id": nullable(values.uuid("The sender identity that it is restricted to.")),
    "allowed_networks": values.networks(),
    "last_used": nullable(values.day("The last day on which it was accepted.")),
    "replaced": values.replaced(values.moment()),
}
SCHEMAS: dict[str, Schema] = {
    "Scope": one_of(sorted(SCOPES[Dialect.SENDMAILOS])),
    "ApiKey": resource(_OBJECT, "An API key."),
    "NewApiKey": resource({**_OBJECT, "key": values.secret()}, "An API key with its secret."),
}
_KEY = {"token": "$response.body#/api_key/id"}


def _one(name: str) -> Schema:
    return closed({"success": always(True), "api_key": ref(name)})


OPERATIONS = {
    ("POST", "/api/v1/api-keys"): Operation(
        "createApiKey",
        _TAG,
        "Create a key",
        "What isn't said of the new key it has from the one that asks, beyond which it can't go.",
        Answer(
            201,
            "The new key, with its secret this once.",
            _one("NewApiKey"),
            {
                "Show": Link("showApiKey", _KEY),
                "Rotate": Link("rotateApiKey", _KEY),
                "Delete": Link("deleteApiKey", _KEY),
            },
        ),
        body=body(
            {
                "name": values.line("What the key is for.", longest=LONGEST_NAME),
                "scopes": array(_SCOPE, "`write` implies `read`.", least=1, most=values.MOST_SCOPES),
                "test_mode": nullable(flag("Whether it is to be a test key.")),
                **values.token_restrictions(),
            },
            required=("name", "scopes"),
        ),
        refusals=(GrantRefusedError, ReplacedSecretError),
    ),
    ("GET", "/api/v1/api-keys"): Operation(
        "listApiKeys",
        _TAG,
        "List keys",
        "Newest first, all at once. Tokens of the other services' kinds aren't among them.",
        Answer(200, "The keys.", closed({"success": always(True), "api_keys": array(ref("ApiKey"))})),
    ),
    ("GET", "/api/v1/api-keys/{token}"): Operation(
        "showApiKey",
        _TAG,
        "Show a key",
        "Without its secret.",
        Answer(200, "The key.", _one("ApiKey")),
        refusals=(TokenNotFoundError,),
    ),
    ("POST", "/api/v1/api-keys/{token}/rotate"): Operation(
        "rotateApiKey",
        _TAG,
        "Give a key another secret",
        "Its id and everything else stay.",
        Answer(200, "The key, with its new secret this once.", _one("NewApiKey")),
        body=body(values.overlap()),
        body_required=False,
        refusals=(TokenNotFoundError, BeyondAuthorityError, ReplacedSecretError),
    ),
    ("DELETE", "/api/v1/api-keys/{token}"): Operation(
        "deleteApiKey",
        _TAG,
        "Delete a key",
        "It is dead at once.",
        Answer(200, "Deleted.", closed({"success": always(True)})),
        refusals=(TokenNotFoundError, BeyondAuthorityError, ReplacedSecretError),
    ),
}
