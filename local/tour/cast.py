"""Who appears in the tour, and the zones of their domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

AGENCY_ZONE = "northwind-agency.com"
SENDING_DOMAIN = f"mail.{AGENCY_ZONE}"
CLIENT_ZONE = "bookshelf-store.com"
CLIENT_NAME = "Amy from Book Shelf"
CLIENT_ADDRESS = f"amy@{CLIENT_ZONE}"
NOTE = (
    "Hi Amy, Northwind Agency would like to send your newsletter. Please confirm that this is your address."
)
TXT_PIECE = 255
BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_HEX_DIGITS = 20
MAILERSEND_ID_LENGTH = 16

BASICS = (
    "@ 300 IN SOA ns1 hostmaster 1 3600 600 604800 60",
    "@ 300 IN NS ns1",
    "ns1 300 IN A 127.0.0.1",
)
CLIENT_MAIL_SERVER = ("@ 300 IN MX 10 mx", "mx 300 IN A 127.0.0.1")


def zone_file(records: Iterable[str] = ()) -> str:
    """A master file: what every zone has, and these lines."""
    return "\n".join([*BASICS, *records, ""])


def master_line(record: Mapping[str, str]) -> str:
    """One of the API's `dns_records` as a line of a master file."""
    value = record["value"]
    if record["type"] == "CNAME":
        value = absolute(value)
    elif record["type"] == "MX":
        preference, host = value.split()
        value = f"{preference} {absolute(host)}"
    elif record["type"] == "TXT":
        pieces = [value[start : start + TXT_PIECE] for start in range(0, len(value), TXT_PIECE)]
        value = " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
    return f"{absolute(record['name'])} 300 IN {record['type']} {value}"


def absolute(name: str) -> str:
    """The name with its final dot."""
    return name if name.endswith(".") else name + "."


def mailersend_id(sendara_id: str) -> str:
    """A domain's id as MailerSend's clients know it: the 80 bits after `dom_`, in base 36 instead of hexadecimal."""
    value = int(sendara_id.removeprefix("dom_")[:ID_HEX_DIGITS], 16)
    digits = ""
    for _ in range(MAILERSEND_ID_LENGTH):
        value, digit = divmod(value, len(BASE_36))
        digits = BASE_36[digit] + digits
    return digits
