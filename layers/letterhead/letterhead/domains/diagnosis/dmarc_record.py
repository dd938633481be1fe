"""DMARC records as text: recognising, reading and merging them (RFC 9989)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = "v=DMARC1"
_WHITE = " \t"
_OTHER_WHITE = re.compile(rf"[^\S{_WHITE}]")
_BEGINNING = re.compile(rf"[vV][{_WHITE}]*=[{_WHITE}]*DMARC1[{_WHITE}]*(?:;|$)")
_STRENGTH = ("none", "quarantine", "reject")
_ALIGNMENTS = ("r", "s")
# Receivers send to the first two or so; a record that names thousands is there to keep us busy.
_MOST_REPORT_HOSTS = 8
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s,]", re.IGNORECASE)
_MEANT_POLICY = re.compile(r"(?<![A-Za-z])p\s*[=:]\s*(?P<policy>none|quarantine|reject)\b", re.IGNORECASE)
_MEANT_ADDRESS = re.compile(r"mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^\s@,!]+@(?P<host>[^\s@,!]+)(?:![0-9]+[kmgt]?)?", re.IGNORECASE)


@value_type
class DmarcRecord:
    """A read DMARC record. `policy` None: there is no valid one. `problems` says what a receiver has to ignore."""

    tags: Mapping[str, str]
    policy: str | None
    problems: tuple[str, ...]

    @property
    def report_hosts(self) -> tuple[str, ...]:
        """The domains that aggregate reports go to."""
        return tuple(dict.fromkeys(_report_hosts(self.tags.get("rua", ""))))[:_MOST_REPORT_HOSTS]

    @property
    def testing(self) -> bool:
        """Whether the policy is only being tried out: receivers then act one step milder."""
        return self.tags.get("t", "").lower() == "y"

    @property
    def strict_spf(self) -> bool:
        """Whether the MAIL FROM domain has to be the From domain itself."""
        return self.tags.get("aspf", "").lower() == "s"

    @property
    def strict_dkim(self) -> bool:
        """Whether the signing domain has to be the From domain itself."""
        return self.tags.get("adkim", "").lower() == "s"

    @property
    def suffix_tag(self) -> str:
        """Whether its domain is a public suffix: y, n, or u for "look further up" (RFC 9989 section 4.7, `psd`)."""
        said = self.tags.get("psd", "").lower()
        return said if said in ("y", "n") else "u"

    @property
    def asks_for_reports(self) -> bool:
        """Whether aggregate reports are asked for at anything that is a URI, of whatever scheme."""
        return any(_URI.match(part.strip()) for part in self.tags.get("rua", "").split(","))

    @property
    def has_wrong_policy(self) -> bool:
        """Whether `p` is missing, or a policy for the domain or for its subdomains is none of the three."""
        return self.policy is None or any(_not_in(self.tags, name, _STRENGTH) for name in ("sp", "np"))

    @property
    def missing_subdomain_policy(self) -> str | None:
        """What it asks for those of its subdomains that don't exist."""
        own = self.tags.get("np", "").lower()
        return own if own in _STRENGTH else self.subdomain_policy

    @property
    def subdomain_policy(self) -> str | None:
        """What it asks for its subdomains."""
        own = self.tags.get("sp", "").lower()
        return own if own in _STRENGTH else self.policy


def is_dmarc(text: str) -> bool:
    """Whether a TXT is a DMARC record: the version comes first and is spelled exactly so (RFC 9989 section 4.7)."""
    return _BEGINNING.match(text) is not None


def read_dmarc(text: str) -> DmarcRecord:
    """Read a DMARC record. Nothing but the version makes it invalid as a whole; unknown tags are ignored.

    Blanks and tabs alone may stand around a tag (RFC 9989 section 4.7, `*WSP`): with a no-break space it is no tag to receivers.
    """
    tags: dict[str, str] = {}
    problems: list[str] = []
    for part in text.split(";")[1:]:
        name, equals, value = (piece.strip(_WHITE) for piece in part.partition("="))
        if not part.strip(_WHITE):
            continue
        if not equals or not re.fullmatch(r"[A-Za-z0-9_]+", name):
            unseen = " (it has a space in it that is no plain one)" if _OTHER_WHITE.search(part) else ""
            problems.append(f"“{part.strip()}” is no tag{unseen}")
        elif name.lower() in tags:
            problems.append(f"“{name}” stands there twice")
        else:
            tags[name.lower()] = value
    policy = tags.get("p", "").lower()
    problems += [
        f"“{name}={tags[name]}” is no policy" for name in ("sp", "np") if _not_in(tags, name, _STRENGTH)
    ]
    problems += [
        f"“{name}={tags[name]}” must be r or s"
        for name in ("adkim", "aspf")
        if _not_in(tags, name, _ALIGNMENTS)
    ]
    for name in ("rua", "ruf"):
        addresses = [address.strip() for address in tags.get(name, "").split(",") if address.strip()]
        problems += [
            f"“{address}” in {name} is no mailto: address"
            for address in addresses
            if not _MAILTO.fullmatch(address)
        ]
    return DmarcRecord(tags, policy if policy in _STRENGTH else None, tuple(problems))


def merged(texts: Sequence[str], needed: str) -> str:
    """One record that keeps what these ask for: the strictest policy and every address for reports.

    `needed` is the record to fall back on for what none of them has.
    """
    records = [read_dmarc(re.sub(r"\s", " ", text)) for text in texts]
    policies = [record.policy for record in records if record.policy is not None]
    policy = max(policies, key=_STRENGTH.index) if policies else "none"
    tags = {"p": policy}
    for record in records:
        for name, value in record.tags.items():
            if name in ("rua", "ruf"):
                tags[name] = _joined(tags.get(name, ""), value)
            elif name not in ("p", "v", "pct", "rf", "ri"):
                tags.setdefault(name, value)
    if not tags.get("rua"):
        tags["rua"] = read_dmarc(needed).tags["rua"]
    return "; ".join((VERSION, *(f"{name}={value}" for name, value in tags.items() if value)))


def meant(text: str) -> str | None:
    """The record that a misspelt one means to be, with the policy and the addresses that can be made out; None without a policy.

    Other separators than semicolons, backslashes in front of them, the version elsewhere than at the beginning.
    """
    policy = _MEANT_POLICY.search(text)
    if policy is None:
        return None
    addresses = dict.fromkeys(found.rstrip(".") for found in _MEANT_ADDRESS.findall(text))
    rua = f"; rua={','.join(addresses)}" if addresses else ""
    return f"{VERSION}; p={policy['policy'].lower()}{rua}"


def is_milder(policy: str | None, than: str | None) -> bool:
    """Whether one policy asks for less than another."""
    return _STRENGTH.index(policy or "none") < _STRENGTH.index(than or "none")


def _not_in(tags: Mapping[str, str], name: str, allowed: Sequence[str]) -> bool:
    return name in tags and tags[name].lower() not in allowed


def _report_hosts(rua: str) -> list[str]:
    found = (_MAILTO.fullmatch(address.strip()) for address in rua.split(","))
    return [match["host"].lower().rstrip(".") for match in found if match]


def _joined(first: str, second: str) -> str:
    addresses = [address.strip() for address in (*first.split(","), *second.split(","))]
    return ",".join(dict.fromkeys(address for address in addresses if _MAILTO.fullmatch(address)))
