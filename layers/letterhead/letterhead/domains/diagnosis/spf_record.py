"""SPF records as text: recognising, reading and merging them (RFC 7208)."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "v=spf1"
_SIGNS = "-~?"
_LOOKS_UP = frozenset({"include", "a", "mx", "ptr", "exists"})
_TERM = re.compile(r"(?P<qualifier>[-+?~]?)(?P<name>[A-Za-z0-9]+)(?P<argument>[:/].*)?", re.ASCII)
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9._-]*)=(?P<value>.*)", re.ASCII)
_MACRO = re.compile(r"%(?:\{[slodiphcrtvSLODIPHCRTV]\d*r?[.\-+,/_=]*\}|%|_|-)")
_PREFIX_LENGTHS = re.compile(r"\d{1,2}(?://\d{1,3})?|/\d{1,3}", re.ASCII)
_DOMAIN = re.compile(r"[^\s/]+")
# What a name without a macro at its end ends in (RFC 7208 section 7.1, `toplabel`).
_TOP_LABEL = re.compile(r"(?:.*\.)?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?")
_RUN_ON = re.compile(r".*[A-Za-z0-9](?P<rest>[~?+][A-Za-z].*)")


class SpfSyntaxError(ValueError):
    """The record is not an SPF record by RFC 7208 section 4.6.1; the message names the term."""


@value_type
class Mechanism:
    """One mechanism: `argument` is its domain or network as written, without the colon."""

    qualifier: str
    name: str
    argument: str = ""

    def __str__(self) -> str:
        sign = "" if self.qualifier == "+" else self.qualifier
        if not self.argument:
            return sign + self.name
        return sign + self.name + ("" if self.argument.startswith("/") else ":") + self.argument

    @property
    def domain(self) -> str:
        """The domain in the argument, in lower case, without a prefix length and a final dot."""
        return self.argument.partition("/")[0].lower().rstrip(".")

    @property
    def looks_up(self) -> bool:
        """Whether it counts towards the ten look-ups (RFC 7208 section 4.6.4)."""
        return self.name in _LOOKS_UP

    @property
    def has_macro(self) -> bool:
        """Whether what it asks for depends on the mail (RFC 7208 section 7)."""
        return "%" in self.argument


@value_type
class SpfRecord:
    """A read SPF record; what stands behind `all` never counts and is left out of `mechanisms`."""

    mechanisms: tuple[Mechanism, ...]
    behind_all: tuple[Mechanism, ...]
    redirect: str | None

    @property
    def all(self) -> Mechanism | None:
        """The `all` at its end."""
        last = self.mechanisms[-1] if self.mechanisms else None
        return last if last is not None and last.name == "all" else None


def is_spf(text: str) -> bool:
    """Whether a TXT is an SPF record: the version, then a space or the end (RFC 7208 section 4.5)."""
    return text[:6].lower() == VERSION and (len(text) == 6 or text[6] == " ")


def read_spf(text: str) -> SpfRecord:
    """Read an SPF record. Raises `SpfSyntaxError`: then receivers answer permerror, whatever the rest says."""
    mechanisms: list[Mechanism] = []
    modifiers: dict[str, str] = {}
    for term in text[len(VERSION) :].split(" "):
        if not term:
            continue
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            name = modifier["name"].lower()
            if name in ("redirect", "exp"):
                if name in modifiers:
                    raise SpfSyntaxError(f"“{name}=” stands there twice")
                _check_domain(modifier["value"], term)
                modifiers[name] = modifier["value"]
            continue
        mechanisms.append(_mechanism(term))
    at = next((at for at, mechanism in enumerate(mechanisms) if mechanism.name == "all"), len(mechanisms))
    redirect = modifiers.get("redirect") if at == len(mechanisms) else None
    return SpfRecord(
        tuple(mechanisms[: at + 1]),
        tuple(mechanisms[at + 1 :]),
        redirect.lower().rstrip(".") if redirect else None,
    )


def merged(texts: Sequence[str], needed: str) -> str:
    """One record that does what all of these do, and has the mechanism `needed`.

    Terms that can't be read are left out. The ending is the record's own; of several the softest, since mail that one of them
    only marked must not be refused for being merged.
    """
    kept: dict[str, None] = {}
    endings: set[str] = set()
    for text in texts:
        for term in text[len(VERSION) :].split(" "):
            modifier = _MODIFIER.fullmatch(term)
            if modifier and modifier["name"].lower() == "redirect":
                kept[f"include:{modifier['value']}"] = None
            elif term and not modifier:
                _keep(term, kept, endings)
    for sign in ("", *_SIGNS):
        kept.pop(sign + needed, None)
    ending = next((sign for sign in ("~", "?", "-") if sign in endings), "~")
    return " ".join((VERSION, needed, *kept, f"{ending}all"))


def _keep(term: str, kept: dict[str, None], endings: set[str]) -> None:
    try:
        mechanism = _mechanism(term)
    except SpfSyntaxError:
        return
    if mechanism.name == "all":
        endings.add(mechanism.qualifier)
    else:
        kept[str(mechanism)] = None


def _mechanism(term: str) -> Mechanism:
    found = _TERM.fullmatch(term)
    if found is None:
        raise SpfSyntaxError(f"“{term}” is no SPF term")
    name, argument = found["name"].lower(), found["argument"] or ""
    stripped = argument.removeprefix(":")
    match name:
        case "all":
            if argument:
                raise SpfSyntaxError(f"“{term}”: all takes nothing behind it")
        case "include" | "exists":
            _check_domain(stripped if argument.startswith(":") else "", term)
        case "a" | "mx" | "ptr":
            _check_host(argument, term, prefix=name != "ptr")
        case "ip4" | "ip6":
            _check_network(name, stripped if argument.startswith(":") else "", term)
        case _:
            raise SpfSyntaxError(f"“{term}” is no SPF term")
    return Mechanism(found["qualifier"] or "+", name, stripped)


def _check_host(argument: str, term: str, *, prefix: bool) -> None:
    """An optional domain, and where it may have one a prefix length for each family: `/24`, `//64` or `/24//64`."""
    domain, slash, length = argument.partition("/")
    if domain:
        _check_domain(domain.removeprefix(":"), term)
    if slash and not (prefix and _PREFIX_LENGTHS.fullmatch(length)):
        raise SpfSyntaxError(f"“{term}” has no valid prefix length")


def _check_domain(domain: str, term: str) -> None:
    plain = _MACRO.sub("x", domain)
    if not plain:
        raise SpfSyntaxError(f"“{term}” lacks its domain; there may be no space behind the colon")
    if "%" in plain or not plain.isascii() or not _DOMAIN.fullmatch(plain):
        raise SpfSyntaxError(f"“{term}” has no valid domain")
    if domain.endswith("}") or _TOP_LABEL.fullmatch(domain):
        return
    run_on = _RUN_ON.fullmatch(domain)
    if run_on:
        raise SpfSyntaxError(f"in “{term}” a space is missing in front of “{run_on['rest']}”")
    raise SpfSyntaxError(f"“{term}” has no valid domain")


def _check_network(name: str, network: str, term: str) -> None:
    try:
        if name == "ip4":
            ipaddress.IPv4Network(network, strict=False)
        else:
            ipaddress.IPv6Network(network, strict=False)
    except ValueError as error:
        raise SpfSyntaxError(f"“{term}” has no valid address") from error
