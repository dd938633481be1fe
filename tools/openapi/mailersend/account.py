"""Letterhead's calls about the whole account, in MailerSend's envelopes."""

from __future__ import annotations

from tools.openapi import account_settings, logs, values
from tools.openapi.mailersend.pages import one
from tools.openapi.schema import array, closed, ref

TAG = {**account_settings.TAG, **logs.TAG}
SCHEMAS = {
    **account_settings.SCHEMAS,
    **logs.schemas(values.short_id(), values.short_id(), values.precise_moment),
}
OPERATIONS = {
    **account_settings.operations("/v1/settings", one("AccountSettings")),
    **logs.operations(
        "/v1/logs",
        closed({"data": array(ref("LoggedCall")), "links": ref("CursorLinks"), "meta": ref("CursorMeta")}),
    ),
}
