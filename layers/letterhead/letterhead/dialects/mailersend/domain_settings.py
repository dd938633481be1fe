"""MailerSend's domain settings: their defaults, and which values they take (contracts A.4)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.dialects.fields import Fields

RETURN_PATH = "return_path_subdomain"
DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "send_paused": False,
        "track_clicks": True,
        "track_opens": True,
        "track_opens_pixel_on_top": False,
        "track_unsubscribe": False,
        "track_unsubscribe_html": '<p>Click here to <a href="{{unsubscribe}}">unsubscribe</a></p>',
        "track_unsubscribe_html_enabled": False,
        "track_unsubscribe_plain": "Click here to unsubscribe: {{unsubscribe}}",
        "track_unsubscribe_plain_enabled": False,
        "track_content": False,
        "custom_tracking_enabled": False,
        "custom_tracking_subdomain": "email",
        RETURN_PATH: "mta",
        "inbound_routing_enabled": False,
        "inbound_routing_subdomain": "inbound",
        "precedence_bulk": False,
        "ignore_duplicated_recipients": False,
        "show_dmarc": False,
    }
)
LONGEST_TEXT = 2000
_SUBDOMAINS = ("custom_tracking_subdomain", "inbound_routing_subdomain")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read_subdomain(fields: Fields, name: str) -> str | None:
    """One label of a host name, in lower case; None where there is none or it can't be taken."""
    text = fields.text(name)
    if text is None:
        return None
    if _LABEL.fullmatch(text.lower()) is None:
        fields.wrong(name, f"The {name.replace('_', ' ')} may only contain letters, numbers and hyphens.")
        return None
    return text.lower()


def read_settings(fields: Fields) -> dict[str, object]:
    """The settings that are given, `return_path_subdomain` left out; notes what can't be taken."""
    given: dict[str, object] = {}
    for name, default in DEFAULTS.items():
        value: object
        if name == RETURN_PATH:
            continue
        if isinstance(default, bool):
            value = fields.flag(name)
        elif name in _SUBDOMAINS:
            value = read_subdomain(fields, name)
        else:
            value = fields.text(name, longest=LONGEST_TEXT)
        if value is not None:
            given[name] = value
    return given
