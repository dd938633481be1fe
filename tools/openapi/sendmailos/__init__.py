"""SendMailOS's dialect."""

from __future__ import annotations

from tools.openapi import values
from tools.openapi.operation import Api
from tools.openapi.sendmailos import account, api_keys, domains, refused, send, suppressions, webhooks

API = Api(
    title="Letterhead: the calls of SendMailOS's API",
    description=(
        "Sending domains and API keys as SendMailOS documents them, with Letterhead's additions: more fields in objects, more "
        "paths in the same style. Objects may get further fields; errors, lists and DNS records won't. A path that doesn't exist "
        "answers 404, another method on one that does 405 with `Allow`."
    ),
    bearer_description="An API key of SendMailOS's kind: `POST /api/v1/api-keys` makes them, and the operator the first one.",
    bearer_example="sk_live_… or sk_test_…",
    tags={**domains.TAG, **send.TAG, **suppressions.TAG, **api_keys.TAG, **account.TAG, **webhooks.TAG},
    operations={
        **domains.OPERATIONS,
        **send.OPERATIONS,
        **suppressions.OPERATIONS,
        **api_keys.OPERATIONS,
        **account.OPERATIONS,
        **webhooks.OPERATIONS,
    },
    path_parameters={
        **domains.PATH_PARAMETERS,
        **suppressions.PATH_PARAMETERS,
        **api_keys.PATH_PARAMETERS,
        **webhooks.PATH_PARAMETERS,
    },
    rate_headers=values.rate_headers(),
    schemas={
        **domains.SCHEMAS,
        **send.SCHEMAS,
        **suppressions.SCHEMAS,
        **api_keys.SCHEMAS,
        **account.SCHEMAS,
        **webhooks.SCHEMAS,
        **refused.SCHEMAS,
    },
)
