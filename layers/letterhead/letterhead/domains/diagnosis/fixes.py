"""Fixes: what to do about a record, in the words and the form of the panel that manages its zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.finding import Fix
from letterhead.domains.diagnosis.host_panels import Panel, host_part, recognised
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from letterhead.domains.dns_answers import Zone

_VALUE_FIELD = {RecordType.CNAME: "Target", RecordType.MX: "Mail server", RecordType.TXT: "Value"}


def record_fix(what: str, kind: RecordType, name: str, value: str, *, apex: str, zone: Zone | None) -> Fix:
    """The sentence `what`, and the record to type.

    `value` is in the form of a required record; `apex` is the zone to type it in. The panel is known by the zone's servers.
    """
    panel = recognised(zone.servers) if zone else None
    host = host_part(name, apex)
    priority: int | None = None
    shown = value
    if kind is RecordType.MX and (panel is None or panel.priority_apart):
        preference, _, shown = value.partition(" ")
        priority = int(preference)
    if panel is not None and panel.full_stop and kind in (RecordType.CNAME, RecordType.MX):
        shown += "."
    if panel is not None and panel.quotes and kind is RecordType.TXT:
        shown = f'"{shown}"'
    sentence = " ".join(part for part in (what, _typing(panel, kind, host, name, shown, priority)) if part)
    return Fix(sentence, kind.value, host, name, shown, priority)


def removal_fix(what: str, kind: RecordType, name: str, *, apex: str) -> Fix:
    """The sentence `what`, about a record that is to go; there is nothing to type."""
    return Fix(what, kind.value, host_part(name, apex), name)


def _typing(
    panel: Panel | None, kind: RecordType, host: str, name: str, value: str, priority: int | None
) -> str:
    """Which field takes what."""
    value_field = _VALUE_FIELD.get(kind, "Value")
    if panel is None:
        where = "Where the zone is managed, use"
        named = f"name “{host}” (the full name “{name}” if the form doesn't add the zone by itself)"
    else:
        where = f"At {panel.name}, use"
        named = f"{panel.name_field} “{host}”"
    fields = [f"type {kind}", named, f"{value_field} “{value}”"]
    if priority is not None:
        fields.append(
            f"priority {priority}"
            + (" in its own field" if panel else " (in front of the value if it has no field)")
        )
    sentence = f"{where} {', '.join(fields[:-1])} and {fields[-1]}."
    if panel is not None and panel.advice and kind is RecordType.CNAME:
        sentence += f" {panel.advice}"
    return sentence
