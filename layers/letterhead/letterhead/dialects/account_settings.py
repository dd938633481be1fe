"""An account's settings, which no service documents a call for: one object, in each service's envelope."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from letterhead.accounts.settings import AccountSettings
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_change(body: Mapping[str, object]) -> dict[str, bool]:
    """The settings that a body names; one that is absent or null stays as it is. Raises `InvalidFieldsError`."""
    given = Fields(body)
    flags = {field.name: given.flag(field.name) for field in fields(AccountSettings)}
    given.finish()
    return {name: flag for name, flag in flags.items() if flag is not None}


def shown(settings: AccountSettings, dialect: Dialect) -> Reply:
    """The answer to a read or a change."""
    shape: dict[str, object] = asdict(settings)
    match dialect:
        case Dialect.MAILERSEND:
            return Reply(200, {"data": shape})
        case Dialect.SENDARA:
            return Reply(200, shape)
        case Dialect.SENDMAILOS:
            return Reply(200, {"success": True, "settings": shape})
