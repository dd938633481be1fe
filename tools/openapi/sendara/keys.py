"""Sendara's API keys."""

from __future__ import annotations

from letterhead.dialects.sendara.keys import LONGEST_NAME
from letterhead.identifiers import DOMAIN_PREFIX, IDENTITY_PREFIX, KEY_PREFIX
from letterhead.tokens.account_token import TokenNotFoundError
from letterhead.tokens.authority import BeyondAuthorityError, ReplacedSecretError
from letterhead.tokens.issuing import GrantRefusedError
from tools.openapi import values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import (
    Schema,
    array,
    body,
    closed,
    flag,
    nullable,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_TAG = "Keys"
TAG = {_TAG: "API keys. None can make, change or hold one that may do more than itself."}
PATH_PARAMETERS = {"token": Parameter("token", Place.PATH, values.prefixed_id(KEY_PREFIX), "The key's id.")}
_SCOPE = one_of(["send", "read", "admin"], "`admin` implies the two others.")
_OBJECT = {
    "id": values.prefixed_id(KEY_PREFIX),
    "key_prefix": text("How the secret begins.", example="sk_live_Ab1c"),
    "scope": _SCOPE,
    "test_mode": flag("Whether it is a test key, with which no mail leaves."),
    "created_at": values.moment(),
    "name": text(),
    "preview": values.preview(),
    "expires_at": nullable(values.moment()),
    "domain_id": nullable(values.prefixed_id(DOMAIN_PREFIX, "The sending domain that it is restricted to.")),
    "identity_id": nullable(
        values.prefixed_id(IDENTITY_PREFIX, "The sender identity that it is restricted to.")
    ),
    "allowed_networks": values.networks(),
    "last_used": nullable(values.day("The last day on which it was accepted.")),
    "replaced": values.replaced(values.moment()),
}
SCHEMAS: dict[str, Schema] = {
    "Key": resource(_OBJECT, "An API key; the keys from `name` on are Letterhead's."),
    "NewKey": resource({**_OBJECT, "key": values.secret()}, "An API key with its secret."),
}
_KEY = {"token": "$response.body#/id"}

OPERATIONS = {
    ("POST", "/v1/keys"): Operation(
        "createKey",
        _TAG,
        "Create a key",
        "What isn't said of the new key it has from the one that asks, beyond which it can't go.",
        Answer(
            201,
            "The new key, with its secret this once.",
            ref("NewKey"),
            {"Rotate": Link("rotateKey", _KEY), "Delete": Link("deleteKey", _KEY)},
        ),
        body=body(
            {
                "scope": {**optional(_SCOPE), "default": "send"},
                "test_mode": nullable(flag("Whether it is to be a test key.")),
                "name": nullable(text("What the key is for.", longest=LONGEST_NAME)),
                **values.token_restrictions(),
            }
        ),
        body_required=False,
        refusals=(GrantRefusedError, ReplacedSecretError),
    ),
    ("GET", "/v1/keys"): Operation(
        "listKeys",
        _TAG,
        "List keys",
        "Newest first, all at once. Tokens of the other services' kinds aren't among them.",
        Answer(200, "The keys.", closed({"keys": array(ref("Key"))})),
    ),
    ("POST", "/v1/keys/{token}/rotate"): Operation(
        "rotateKey",
        _TAG,
        "Give a key another secret",
        "Its id and everything else stay.",
        Answer(200, "The key, with its new secret this once.", ref("NewKey")),
        body=body(values.overlap()),
        body_required=False,
        refusals=(TokenNotFoundError, BeyondAuthorityError, ReplacedSecretError),
    ),
    ("DELETE", "/v1/keys/{token}"): Operation(
        "deleteKey",
        _TAG,
        "Delete a key",
        "It is dead at once.",
        Answer(204, "Deleted."),
        refusals=(TokenNotFoundError, BeyondAuthorityError, ReplacedSecretError),
    ),
}
