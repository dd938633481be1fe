"""What to check: taken from the command line, from a saved domain, or asked for at the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from letterhead.adapters.domain_names import DomainNames
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.names import DomainName, DomainNameError, parse_domain_name
from letterhead.domains.records import required_records

SIGNING_ZONE = "dkim.amazonses.com"
REGION = "us-east-1"
_TOKEN = re.compile(r"[a-z0-9-]{1,63}")
_FEEDBACK_HOST = re.compile(r"\d+ feedback-smtp\.([a-z0-9-]+)\.amazonses\.com")


class RequestError(Exception):
    """What was given can't be checked; the text says why, in a line."""


@dataclass(frozen=True)
class DiagnosisRequest:
    """A domain and what is needed to know its records. Without DKIM tokens the three DKIM records are left out."""

    domain: str
    mail_from: str
    dkim_tokens: tuple[str, ...]
    signing_zone: str
    region: str

    def subject(self) -> Subject:
        """The domain with the records that it must have. Raises `RequestError`."""
        domain = _name(self.domain)
        mail_from = self.mail_from.lower().removesuffix(".")
        if not mail_from.endswith("." + domain.ascii):
            raise RequestError(f"the MAIL FROM host {mail_from!r} must lie below {domain.ascii}")
        wrong = [token for token in self.dkim_tokens if not _TOKEN.fullmatch(token)]
        if wrong or len(self.dkim_tokens) not in (0, 3):
            raise RequestError("give all three DKIM tokens, as the provider shows them, or none")
        required = required_records(
            domain=domain.ascii,
            dkim_tokens=self.dkim_tokens,
            signing_hosted_zone=self.signing_zone,
            mail_from_domain=mail_from,
            region=self.region,
        )
        return Subject(domain.ascii, domain.registrable, self.region, mail_from, required)


def from_saved(text: str) -> DiagnosisRequest:
    """The request in a saved domain: one that this tool has written, or a domain as the Sendara dialect shows it.

    Raises `RequestError`.
    """
    try:
        saved = json.loads(text)
        if "dns_records" in saved:
            return _from_domain_object(saved)
        return DiagnosisRequest(**{**saved, "dkim_tokens": tuple(saved["dkim_tokens"])})
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RequestError(
            "the saved domain is neither this tool's nor a domain with its dns_records"
        ) from error


def saved(request: DiagnosisRequest) -> str:
    """The request as it is saved."""
    return json.dumps(asdict(request), indent=2) + "\n"


def read_saved(path: Path) -> DiagnosisRequest:
    """A saved domain. Raises `RequestError`."""
    try:
        return from_saved(path.read_text())
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror}") from error


def completed(
    domain: str,
    given: Mapping[str, object],
    earlier: DiagnosisRequest | None,
    ask: Callable[[str, str], str] | None,
) -> DiagnosisRequest:
    """The request for a domain: what was given, else what was saved earlier, else what the person answers (`ask` takes a
    question and the answer that Enter gives), else what is usual."""
    name = _name(domain).ascii

    def value(key: str, question: str, usual: str) -> str:
        if given.get(key):
            return str(given[key])
        known = getattr(earlier, key) if earlier is not None else usual
        return ask(question, known) if ask is not None and earlier is None else str(known)

    mail_from = value("mail_from", "MAIL FROM host", f"mail.{name}")
    tokens = tuple(_words(given.get("dkim_tokens"))) or (earlier.dkim_tokens if earlier is not None else ())
    if not tokens and earlier is None and ask is not None:
        tokens = tuple(_words(ask("The three DKIM tokens (Enter: leave DKIM out)", "")))
    return DiagnosisRequest(
        domain=name,
        mail_from=mail_from,
        dkim_tokens=tuple(_token(token) for token in tokens),
        signing_zone=str(given.get("signing_zone") or (earlier.signing_zone if earlier else SIGNING_ZONE)),
        region=value("region", "Region of Amazon SES", REGION),
    )


def _from_domain_object(shown: Mapping[str, object]) -> DiagnosisRequest:
    records = list(shown["dns_records"])  # type: ignore[call-overload]
    targets = [record["value"] for record in records if record["type"] == "CNAME"]
    regions = [found[1] for record in records if (found := _FEEDBACK_HOST.fullmatch(record["value"]))]
    return DiagnosisRequest(
        domain=str(shown["domain"]),
        mail_from=str(shown["mail_from_domain"]),
        dkim_tokens=tuple(target.partition(".")[0] for target in targets),
        signing_zone=targets[0].partition(".")[2] if targets else SIGNING_ZONE,
        region=regions[0],
    )


def _name(text: str) -> DomainName:
    try:
        return parse_domain_name(text, DomainNames())
    except DomainNameError as error:
        raise RequestError(f"{text!r} {error}") from error


def _words(given: object) -> list[str]:
    """The words of a text, or of each text of a list."""
    texts = given if isinstance(given, list) else [given or ""]
    return [word for text in texts for word in re.split(r"[\s,]+", str(text)) if word]


def _token(text: str) -> str:
    """A token, also when the whole name or target of its record was given."""
    return text.strip().lower().partition(".")[0]
