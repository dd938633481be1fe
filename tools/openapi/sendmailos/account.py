"""Letterhead's calls about the whole account, in SendMailOS's envelopes."""

from __future__ import annotations

from tools.openapi import account_settings, logs, values
from tools.openapi.schema import always, array, closed, nullable, ref, text

TAG = {**account_settings.TAG, **logs.TAG}
SCHEMAS = {**account_settings.SCHEMAS, **logs.schemas(values.uuid(), values.uuid(), values.moment)}
OPERATIONS = {
    **account_settings.operations(
        "/api/v1/settings", closed({"success": always(True), "settings": ref("AccountSettings")})
    ),
    **logs.operations(
        "/api/v1/logs",
        closed({"success": always(True), "logs": array(ref("LoggedCall")), "next_cursor": nullable(text())}),
    ),
}
