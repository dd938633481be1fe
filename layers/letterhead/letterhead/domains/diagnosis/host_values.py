"""Mistakes in a host name that is a record's value: a CNAME's target, an MX's mail server."""

from __future__ import annotations

import re

from letterhead.domains.diagnosis.codes import Code
from letterhead.values import value_type

_QUOTES = "\"'`“”„‟‘’«»"
_ESCAPED = re.compile(r"\\(\d{3}|.)")
_DKIM_HOST = re.compile(r"(?P<token>[^.]+)\.dkim(?:\.[a-z0-9-]+)*\.amazonses\.com")
_FEEDBACK_HOST = re.compile(r"feedback-smtp\.(?P<region>[a-z0-9-]+)\.amazonses\.com")
_FEWEST_TO_RECOGNISE = 6


@value_type
class ValueFault:
    """What is wrong with a value, and how to say it."""

    code: Code
    message: str


def plain(name: str) -> str:
    """A host name as it was typed: escapes of the master file form (RFC 1035 section 5.1) undone, in lower case."""
    if "\\" not in name:
        return name.lower().rstrip(".")
    return _ESCAPED.sub(lambda found: _character(found[1]), name).lower().rstrip(".")


def fault_of_host(published: str, expected: str) -> ValueFault | None:
    """The recognised mistake that makes `published` differ from `expected`, or None when it is just another name."""
    typed = plain(published)
    unquoted = typed.translate({ord(quote): None for quote in _QUOTES})
    if unquoted != typed and (unquoted == expected or unquoted.startswith(expected)):
        return ValueFault(Code.VALUE_QUOTED, "The target was typed in quotes, which became part of it.")
    if re.match(r"https?:", unquoted) or unquoted == expected + "/":
        return ValueFault(Code.VALUE_IS_URL, "The target is a web address; it has to be the bare host name.")
    closed = re.sub(r"\s+", "", typed)
    if closed != typed and closed == expected:
        return ValueFault(Code.VALUE_HAS_SPACES, "There are spaces in the target.")
    if closed.startswith(expected):
        return _appended(typed, expected)
    if _is_cut_off(typed, expected):
        return ValueFault(Code.VALUE_TRUNCATED, "The target is cut off.")
    return _other_region(typed, expected)


def _character(escape: str) -> str:
    return chr(int(escape)) if escape.isascii() and escape.isdigit() and int(escape) < 256 else escape[-1]


def _appended(typed: str, expected: str) -> ValueFault:
    compact = typed if typed.startswith(expected) else re.sub(r"\s+", "", typed)
    rest = compact.removeprefix(expected)
    if rest.startswith(".") and " " not in rest:
        return ValueFault(
            Code.TRAILING_TEXT,
            f"“{rest}” was appended to the target: many panels add the zone to a target without a final dot.",
        )
    return ValueFault(Code.TRAILING_TEXT, f"There is more text behind the target: “{rest.strip()}”.")


def _is_cut_off(typed: str, expected: str) -> bool:
    if len(typed) < _FEWEST_TO_RECOGNISE:
        return False
    first, _, rest = typed.partition(".")
    token, _, zone = expected.partition(".")
    return expected.startswith(typed) or (
        rest == zone and token.startswith(first) and first != "feedback-smtp"
    )


def _other_region(typed: str, expected: str) -> ValueFault | None:
    published, wanted = _DKIM_HOST.fullmatch(typed), _DKIM_HOST.fullmatch(expected)
    if published and wanted and published["token"] == wanted["token"]:
        return ValueFault(
            Code.WRONG_REGION, "The target is the DKIM host of another region of the mail provider."
        )
    mine, other = _FEEDBACK_HOST.fullmatch(expected), _FEEDBACK_HOST.fullmatch(typed)
    if mine and other:
        return ValueFault(
            Code.WRONG_REGION,
            f"This is the mail server of region {other['region']}; this domain sends from {mine['region']}.",
        )
    return None
