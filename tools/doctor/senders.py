"""The operator's own senders and hosts: may they be sent from, would their mail pass DMARC, do their names lead anywhere?"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import dns.exception
import dns.nameserver
import dns.resolver

from tools.doctor.finding import Finding, Mark, judged
from tools.doctor.patient import Patient

DNS_SECONDS = 10.0
DOMAINS_LOOKED_AT = 10
"""SES answers about one question of this kind a second."""
TAG = "letterhead:domain"
"""What SES's identities that Letterhead has made are tagged with."""
STRICT = ("reject", "quarantine")
SOMEBODYS = "mail.letterhead-doctor.example"
"""In the place of a customer's domain, which a wildcard stands for whatever number of labels it has."""


def shared_sender(patient: Patient) -> Iterator[Finding]:
    """May the shared sender's address be sent from, and does what it sends pass DMARC?"""
    address = patient.parameter("SharedSender")
    if not address:
        return
    domain = address.rpartition("@")[2]
    signed = _identity(patient, domain)
    known = _identity(patient, address)
    yield judged(
        "shared_sender",
        _verified(signed) or _verified(known),
        f"SES {'has' if _verified(signed) or _verified(known) else 'has not'} verified the shared sender {address}",
        f'add {domain} to SES and publish its records, or let no mail need it: SharedSender=""',
    )
    if _dkim(signed) == "SUCCESS":
        yield judged("shared_sender_dmarc", True, f"what {address} sends is signed by {domain}", "")
        return
    policy = dmarc_policy(patient, domain)
    if policy is None:
        fix = "ask again, or look for yourself"
        yield Finding("shared_sender_dmarc", Mark.UNKNOWN, f"nobody answers for _dmarc.{domain}", fix)
        return
    yield judged(
        "shared_sender_dmarc",
        policy not in STRICT,
        f"what {address} sends isn't signed by {domain}, whose DMARC policy is {policy}",
        f"have SES sign for it; aws sesv2 create-email-identity --email-identity {domain}; publish its DKIM records",
    )


def sandbox_domain(patient: Patient) -> Iterator[Finding]:
    """May accounts send from their names below the sandbox domain?"""
    domain = patient.parameter("SandboxDomain")
    if not domain:
        return
    found = _identity(patient, domain)
    right = _verified(found) and _dkim(found) == "SUCCESS"
    yield judged(
        "sandbox_domain",
        right,
        f"SES {'signs' if right else 'does not sign'} for the sandbox domain {domain}",
        f'aws sesv2 create-email-identity --email-identity {domain}; publish its DKIM records; or deploy with SandboxDomain=""',
    )


def dmarc_reports(patient: Patient) -> Iterator[Finding]:
    """Do receivers send the operator reports on customers' domains? Only where its domain says that it takes them.

    RFC 7489 section 7.1: a receiver looks at `<customer's domain>._report._dmarc.<the address's domain>`.
    """
    address = patient.parameter("DmarcReportAddress")
    if not address:
        yield judged("dmarc_reports", True, "DMARC reports go to each customer's own domain", "")
        return
    host = address.rpartition("@")[2]
    agrees = _texts(patient, f"{SOMEBODYS}._report._dmarc.{host}")
    if agrees is None:
        fix = "ask again, or look for yourself"
        yield Finding("dmarc_reports", Mark.UNKNOWN, f"nobody answers for *._report._dmarc.{host}", fix)
        return
    right = any(text.startswith("v=DMARC1") for text in agrees)
    yield judged(
        "dmarc_reports",
        right,
        f"{host} {'takes' if right else 'does not say that it takes'} DMARC reports on customers' domains at {address}",
        f'publish the TXT record *._report._dmarc.{host} with the value "v=DMARC1"; or DmarcReportAddress=""',
    )


def link_host_target(patient: Patient) -> Iterator[Finding]:
    """Does the name that accounts' link hosts are aliases of lead anywhere?"""
    name = patient.parameter("LinkHostTarget")
    if not name:
        return
    leads = name.endswith(".localhost") or _has_address(patient, name)
    yield judged(
        "link_host_target",
        leads,
        f"{name}, which link hosts are aliases of, {'has an' if leads else 'has no'} address",
        f"publish an address for {name}, or leave LinkHostTarget empty (docs/operate.md, link hosts)",
    )


def dkim(patient: Patient) -> Iterator[Finding]:
    """Which zone this region's DKIM records point into, and whether SES signs for our domains, by some of them.

    Domains that somebody else has in this account are none of ours: a name's keys are its owner's business.
    """
    page = patient.client("sesv2").list_email_identities(PageSize=1000)
    names = (each["IdentityName"] for each in page["EmailIdentities"] if each["IdentityType"] == "DOMAIN")
    identities = ((name, _identity(patient, name)) for name in islice(names, DOMAINS_LOOKED_AT))
    signing = {name: found.get("DkimAttributes", {}) for name, found in identities if _is_ours(found)}
    zones = sorted({zone for each in signing.values() if (zone := each.get("SigningHostedZone"))})
    for name, attributes in signing.items():
        if attributes.get("SigningAttributesOrigin") == "EXTERNAL" or not attributes.get("SigningHostedZone"):
            yield Finding(
                "dkim_region",
                Mark.CROSS,
                f"SES signs for {name} with keys of somebody's own: its DKIM records here lead nowhere",
                "aws sesv2 put-email-identity-dkim-signing-attributes --signing-attributes-origin AWS_SES"
                f" --email-identity {name}",
            )
        elif not attributes.get("SigningEnabled"):
            yield Finding(
                "dkim_signing",
                Mark.CROSS,
                f"SES doesn't sign what {name} sends",
                f"aws sesv2 put-email-identity-dkim-attributes --signing-enabled --email-identity {name}",
            )
    if zones:
        yield judged("dkim_region", True, f"DKIM records of this region point into {', '.join(zones)}", "")


def dmarc_policy(patient: Patient, domain: str) -> str | None:
    """The policy that a domain publishes itself, `none` where it publishes no record, None where nobody answers."""
    texts = _texts(patient, f"_dmarc.{domain}")
    if texts is None:
        return None
    for text in texts:
        tags = {
            key.strip().lower(): value.strip().lower()
            for key, _, value in (part.partition("=") for part in text.split(";"))
        }
        if tags.get("v") == "dmarc1":
            return tags.get("p", "none")
    return "none"


def _texts(patient: Patient, name: str) -> list[str] | None:
    """The TXT records of a name; None where nobody answers."""
    try:
        answer = _resolver(patient).resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        return None
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]


def _has_address(patient: Patient, name: str) -> bool:
    for kind in ("A", "AAAA"):
        try:
            _resolver(patient).resolve(name, kind)
        except dns.exception.DNSException:
            continue
        return True
    return False


def _resolver(patient: Patient) -> dns.resolver.Resolver:
    """As the functions ask: the deployment's own resolvers, else this machine's."""
    given = [each.strip() for each in patient.parameter("DnsResolvers").split(",") if each.strip()]
    resolver = dns.resolver.Resolver(configure=not given)
    resolver.lifetime = DNS_SECONDS
    if given:
        pairs = [each.rpartition(":") if each.count(":") == 1 else (each, "", "53") for each in given]
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(socket.gethostbyname(host), int(port)) for host, _, port in pairs
        ]
    return resolver


def _identity(patient: Patient, name: str) -> Mapping[str, Any]:
    ses = patient.client("sesv2")
    try:
        found: Mapping[str, Any] = ses.get_email_identity(EmailIdentity=name)
    except ses.exceptions.NotFoundException:
        return {}
    return found


def _is_ours(identity: Mapping[str, Any]) -> bool:
    return any(each["Key"] == TAG for each in identity.get("Tags", []))


def _verified(identity: Mapping[str, Any]) -> bool:
    return bool(identity.get("VerifiedForSendingStatus"))


def _dkim(identity: Mapping[str, Any]) -> str:
    return str(identity.get("DkimAttributes", {}).get("Status", ""))
