"""The identity settings table: one item an account, one attribute a setting that isn't at its default."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from letterhead.adapters.tables.connection import TableModel
from letterhead.identities.link_host import LinkHost, Trouble
from letterhead.identities.settings import DEFAULTS, IdentitySettings, SettingsChange


class IdentitySettingsItem(TableModel):
    """An account's settings as an item; the attributes are named as the settings."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    sender_name = UnicodeAttribute(null=True)
    sender_local_part = UnicodeAttribute(null=True)
    sender_email = UnicodeAttribute(null=True)
    sender_domain_id = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    logo_url = UnicodeAttribute(null=True)
    button_color = UnicodeAttribute(null=True)
    background_color = UnicodeAttribute(null=True)
    button_text = UnicodeAttribute(null=True)
    success_message = UnicodeAttribute(null=True)
    link_hosts = UnicodeAttribute(null=True)  # JSON: a list, of at most twenty


class IdentitySettingsTable:
    """Where accounts' settings are kept."""

    def __init__(self, table_name: str) -> None:
        IdentitySettingsItem.bind(table_name)

    def of_account(self, account_id: str) -> IdentitySettings:
        """The account's settings (strongly consistent); the defaults when it never chose any."""
        try:
            return _settings(IdentitySettingsItem.get(account_id, consistent_read=True))
        except IdentitySettingsItem.DoesNotExist:
            return DEFAULTS

    def change(self, account_id: str, change: SettingsChange) -> IdentitySettings:
        """Store new values and answer all; two changes of different settings don't undo each other."""
        if not change.values:
            return self.of_account(account_id)
        attributes = IdentitySettingsItem.get_attributes()
        item = IdentitySettingsItem(account_id)
        item.update(
            [
                attributes[name].remove() if not value else attributes[name].set(_stored(value))
                for name, value in change.values.items()
            ]
        )
        return _settings(item)

    def forget(self, account_id: str) -> None:
        """Forget an account's settings; forgetting them twice is once."""
        IdentitySettingsItem(account_id).delete()


def _settings(item: IdentitySettingsItem) -> IdentitySettings:
    plain = {field.name: getattr(item, field.name) for field in fields(IdentitySettings)}
    return IdentitySettings(**{**plain, "link_hosts": _link_hosts(item.link_hosts)})


def _stored(value: str | tuple[LinkHost, ...]) -> str:
    if isinstance(value, str):
        return value
    return json.dumps([{**asdict(one), "checked_at": _instant(one.checked_at)} for one in value])


def _link_hosts(text: str | None) -> tuple[LinkHost, ...]:
    return tuple(
        LinkHost(
            **{
                **one,
                "trouble": one["trouble"] and Trouble(one["trouble"]),
                "checked_at": one["checked_at"] and datetime.fromisoformat(one["checked_at"]),
            }
        )
        for one in json.loads(text or "[]")
    )


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
