"""Letterhead's calls about the whole account, in Sendara's envelopes."""

from __future__ import annotations

from letterhead.identifiers import DOMAIN_PREFIX, KEY_PREFIX
from tools.openapi import account_settings, logs, values
from tools.openapi.schema import array, closed, nullable, ref, text

TAG = {**account_settings.TAG, **logs.TAG}
SCHEMAS = {
    **account_settings.SCHEMAS,
    **logs.schemas(values.prefixed_id(KEY_PREFIX), values.prefixed_id(DOMAIN_PREFIX), values.moment),
}
OPERATIONS = {
    **account_settings.operations("/v1/settings", ref("AccountSettings")),
    **logs.operations(
        "/v1/logs", closed({"logs": array(ref("LoggedCall")), "next_cursor": nullable(text())})
    ),
}
