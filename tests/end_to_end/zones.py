"""Master files from the records that the API tells a customer to publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def records_as_zone(records: Iterable[Mapping[str, str]]) -> str:
    """A master file with these records, as a customer's DNS host would write it."""
    return "\n".join(f"{record['name']}. 60 IN {record['type']} {_data(record)}" for record in records) + "\n"


def _data(record: Mapping[str, str]) -> str:
    match record["type"]:
        case "TXT":
            return '"' + record["value"].replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return f"{record['value']}."
