"""Sendara's dialect."""

from __future__ import annotations

from tools.openapi import values
from tools.openapi.operation import Api
from tools.openapi.sendara import (
    account,
    domains,
    keys,
    messages,
    refused,
    sandbox,
    send,
    suppressions,
    webhooks,
)

API = Api(
    title="Letterhead: the calls of Sendara's API",
    description=(
        "Sending domains and API keys as Sendara's official clients ask for them, with Letterhead's additions: more fields in "
        "objects, more paths in the same style. Objects may get further fields; errors, lists and DNS records won't. A path that "
        "doesn't exist answers 404, another method on one that does 405 with `Allow`."
    ),
    bearer_description="An API key of Sendara's kind: `POST /v1/keys` makes them, and the operator the first one.",
    bearer_example="sk_live_… or sk_test_…",
    tags={
        **domains.TAG,
        **send.TAG,
        **sandbox.TAG,
        **suppressions.TAG,
        **keys.TAG,
        **messages.TAG,
        **account.TAG,
        **webhooks.TAG,
    },
    operations={
        **domains.OPERATIONS,
        **send.OPERATIONS,
        **sandbox.OPERATIONS,
        **suppressions.OPERATIONS,
        **keys.OPERATIONS,
        **messages.OPERATIONS,
        **account.OPERATIONS,
        **webhooks.OPERATIONS,
    },
    path_parameters={
        **domains.PATH_PARAMETERS,
        **sandbox.PATH_PARAMETERS,
        **suppressions.PATH_PARAMETERS,
        **keys.PATH_PARAMETERS,
        **messages.PATH_PARAMETERS,
        **webhooks.PATH_PARAMETERS,
    },
    rate_headers=values.rate_headers(),
    schemas={
        **domains.SCHEMAS,
        **send.SCHEMAS,
        **sandbox.SCHEMAS,
        **suppressions.SCHEMAS,
        **keys.SCHEMAS,
        **messages.SCHEMAS,
        **account.SCHEMAS,
        **webhooks.SCHEMAS,
        **refused.SCHEMAS,
    },
    unrecognised="UnrecognisedError",
)
