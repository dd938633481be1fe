"""The forms that ids, times, names and networks have, by dialect or for all."""

from __future__ import annotations

from letterhead.identifiers import DOMAIN_PREFIX, IDENTITY_PREFIX
from letterhead.tokens.networks import MOST_NETWORKS
from letterhead.tokens.rotation import LONGEST_OVERLAP
from tools.openapi.schema import NOT_BLANK, Schema, array, nullable, number, one_of, optional, resource, text

MOST_SCOPES = 100
LONGEST_DOMAIN_TEXT = (
    256  # 253 with a final dot; what is longer is no name of the DNS (RFC 1035 section 2.3.4)
)

# Text for mail headers and pages may have no character that ends a line or turns the direction of writing.
_TURNS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ENDS = rf"\u0000-\u001f\u007f-\u009f\u2028\u2029{_TURNS}"
LINE = rf"^[^{_ENDS}]*[^{_ENDS}\s][^{_ENDS}]*$"
PARAGRAPHS = rf"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029{_TURNS}]*$"

SHORT_ID = "[0-5][0-9a-z]{15}"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
HEX = "[0-9a-f]{32}"


def short_id(description: str = "") -> Schema:
    """MailerSend's form of an id: 16 lower-case letters and digits."""
    return text(description, pattern=f"^{SHORT_ID}$", example="1sa8k3m2pqz7x0vb")


def prefixed_id(prefix: str, description: str = "") -> Schema:
    """Sendara's form of an id: a prefix and 32 hexadecimal digits."""
    return text(
        description, pattern=f"^{prefix}_{HEX}$", example=f"{prefix}_1f8c0a2b3d4e5f60718293a4b5c6d7e8"
    )


def uuid(description: str = "") -> Schema:
    """SendMailOS's form of an id: a UUID of version 8 (RFC 9562)."""
    return text(description, form="uuid", example="550e8400-e29b-81d4-a716-446655440000")


def id_of_any_form(prefix: str, description: str) -> Schema:
    """An id in a request, in whichever service's form."""
    return text(description, pattern=f"^({SHORT_ID}|{prefix}_{HEX}|{UUID})$", example="1sa8k3m2pqz7x0vb")


def moment(description: str = "") -> Schema:
    """An RFC 3339 time in UTC, in whole seconds, as Sendara and SendMailOS write it."""
    return _moment(description, 0)


def precise_moment(description: str = "") -> Schema:
    """An RFC 3339 time in UTC with six decimals, as MailerSend writes it."""
    return _moment(description, 6)


def _moment(description: str, decimals: int) -> Schema:
    fraction = rf"\.[0-9]{{{decimals}}}" if decimals else ""
    schema = text(
        description,
        form="date-time",
        pattern=rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}{fraction}Z$",
    )
    schema["examples"] = [f"2026-06-14T09:00:00{'.' + '0' * decimals if decimals else ''}Z"]
    return schema


def day(description: str = "") -> Schema:
    """A day in UTC."""
    return text(description, form="date", example="2026-06-14")


def line(description: str, *, longest: int) -> Schema:
    """A text in a request that says something: white space alone counts as nothing, and that around it is dropped."""
    return text(description, longest=longest, pattern=NOT_BLANK)


def domain_to_register() -> Schema:
    """A domain name in a request."""
    return text(
        "A domain or subdomain that is yours, in A-labels or in Unicode. Case and a final dot don't matter. IP addresses, single "
        "labels and public suffixes are refused.",
        longest=LONGEST_DOMAIN_TEXT,
        form="idn-hostname",
        example="mail.acme.com",
    )


def token_restrictions() -> dict[str, Schema]:
    """What the creation of a token takes in every dialect beyond its own fields; null is as good as absent."""
    return {
        "expires_at": optional(
            text(
                "Until when the token works (RFC 3339; without an offset it is UTC). Must lie ahead.",
                form="date-time",
                example="2099-12-31T23:59:59Z",
            )
        ),
        "domain_id": optional(
            id_of_any_form(DOMAIN_PREFIX, "Restricts the token to one sending domain. It ends with it.")
        ),
        "identity_id": optional(
            id_of_any_form(IDENTITY_PREFIX, "Restricts the token to one sender identity. It ends with it.")
        ),
        "allowed_networks": nullable(
            array(
                text(
                    "An IPv4 or IPv6 address or network (RFC 4632, RFC 4291), without bits behind its prefix.",
                    pattern=r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$",
                    form="cidr",
                    example="192.0.2.0/24",
                ),
                "From where alone the token may be used; empty for everywhere.",
                most=MOST_NETWORKS,
            )
        ),
    }


def overlap() -> dict[str, Schema]:
    """What a rotation takes in every dialect."""
    most = int(LONGEST_OVERLAP.total_seconds())
    return {
        "overlap_seconds": nullable(
            number("How long the old secret lives on; 0, the default, ends it at once.", least=0, most=most)
        )
    }


def rate_headers() -> dict[str, Schema]:
    """The headers about the rate that Sendara documents; SendMailOS's have the same names."""
    return {
        "X-RateLimit-Limit": number("How many requests a minute may be made.", least=0),
        "X-RateLimit-Remaining": number("How many of them are left.", least=0),
        "X-RateLimit-Reset": number("When that can rise again, in Unix seconds.", least=0),
    }


def networks() -> Schema:
    """The networks of a token in an answer."""
    return array(
        text(example="192.0.2.0/24"), "From where alone the token may be used; empty for everywhere."
    )


def replaced(when: Schema) -> Schema:
    """A token's secret that a rotation has replaced and that still lives."""
    return {
        "anyOf": [
            resource({"preview": preview(), "expires_at": when}),
            {"type": "null"},
        ],
        "description": "The secret before the last rotation, while it lives on.",
    }


def preview() -> Schema:
    """The readable part of a secret."""
    return text("Enough of the secret to recognise it, too little to use it.", example="sk_live_Ab1c…9xYz")


def secret() -> Schema:
    """A token's secret in the one answer that has it."""
    return nullable(text("The secret, shown this once; null where the answer is a replay."))


def record_status(description: str = "") -> Schema:
    """How a record, or several together, stand."""
    return one_of(["pending", "verified", "failed"], description)
