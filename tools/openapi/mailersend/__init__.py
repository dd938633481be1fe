"""MailerSend's dialect."""

from __future__ import annotations

from tools.openapi.mailersend import (
    account,
    activity,
    domain_objects,
    domains,
    email,
    identities,
    identity_settings,
    pages,
    quota,
    refused,
    suppressions,
    templates,
    tokens,
    webhooks,
)
from tools.openapi.operation import Api

API = Api(
    title="Letterhead: the calls of MailerSend's API",
    description=(
        "Sender identities, sending domains and API tokens as MailerSend's official clients ask for them, with Letterhead's "
        "additions: more fields in objects, more paths in the same style. Objects may get more fields; errors and lists won't. "
        "A path that doesn't exist answers 404, another method on one that does 405 with `Allow`. Confirmation links lead to "
        "pages for people, which aren't part of this document."
    ),
    bearer_description="An API token of MailerSend's kind: `POST /v1/token` makes them, and the operator the first one.",
    bearer_example="mlsn.…",
    tags={
        **domains.TAG,
        **email.TAG,
        **templates.TAG,
        **identities.TAG,
        **suppressions.TAG,
        **tokens.TAG,
        **activity.TAG,
        **quota.TAG,
        **account.TAG,
        **webhooks.TAG,
    },
    operations={
        **domains.OPERATIONS,
        **email.OPERATIONS,
        **identities.OPERATIONS,
        **identity_settings.OPERATIONS,
        **suppressions.OPERATIONS,
        **templates.OPERATIONS,
        **tokens.OPERATIONS,
        **activity.OPERATIONS,
        **quota.OPERATIONS,
        **account.OPERATIONS,
        **webhooks.OPERATIONS,
    },
    path_parameters={
        **domains.PATH_PARAMETERS,
        **email.PATH_PARAMETERS,
        **identities.PATH_PARAMETERS,
        **suppressions.PATH_PARAMETERS,
        **templates.PATH_PARAMETERS,
        **tokens.PATH_PARAMETERS,
        **activity.PATH_PARAMETERS,
        **webhooks.PATH_PARAMETERS,
    },
    schemas={
        **domain_objects.SCHEMAS,
        **email.SCHEMAS,
        **identities.SCHEMAS,
        **identity_settings.SCHEMAS,
        **suppressions.SCHEMAS,
        **templates.SCHEMAS,
        **tokens.SCHEMAS,
        **account.SCHEMAS,
        **activity.SCHEMAS,
        **pages.SCHEMAS,
        **webhooks.SCHEMAS,
        **refused.SCHEMAS,
    },
    error_schemas=refused.BY_STATUS,
    rate_headers=quota.RATE_HEADERS,
)
