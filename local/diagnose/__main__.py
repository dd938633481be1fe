"""Checks a domain's records and prints what is wrong with them and how to put it right.

Exit code 0: all is right; 1: something isn't; 2: the domain can't be checked.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.domains.verification import DomainCheck, Verification, verify
from local.checkout import Checkout
from local.diagnose.request import DiagnosisRequest, RequestError, completed, read_saved, saved
from local.diagnose.resolver import read_resolver
from local.diagnose.table import lines
from local.standard_output import outlive_reader
from local.terminal import Terminal

SAVED = Checkout().state / "diagnose"


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    try:
        request = _request(options)
        subject = request.subject()
        lookup = _lookup(options.resolver)
    except RequestError as error:
        print(f"diagnose: {error}", file=sys.stderr)
        return 2
    verification = verify(DomainCheck(subject, thorough=True), lookup, now=datetime.now(UTC))
    if options.json:
        print(json.dumps(as_json(request, verification), indent=2, ensure_ascii=False))
    else:
        terminal = Terminal(sys.stdout)
        for line in lines(verification, terminal, shutil.get_terminal_size().columns):
            terminal.say(line)
        if not request.dkim_tokens:
            terminal.say("DKIM was left out: give the three tokens with --dkim-token to have it checked.")
    return 0 if all(row.status == "verified" for row in verification.rows) else 1


def as_json(request: DiagnosisRequest, verification: Verification) -> dict[str, object]:
    """The result for machines; findings have the form that they have in the API."""
    return {
        "domain": request.domain,
        "records": [
            {
                "purpose": row.record.purpose.value,
                "type": row.record.type.value,
                "name": row.record.name,
                "value": row.record.value,
                "status": row.status.value,
                "detail": row.detail,
                "findings": [finding.as_dict() for finding in row.findings],
            }
            for row in verification.rows
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.diagnose",
        description="Check a sending domain's DNS records, and say how to mend them.",
    )
    parser.add_argument("domain", help="the sending domain, such as mail.example.com")
    parser.add_argument("--mail-from", help="the MAIL FROM host; default mail.<domain>")
    parser.add_argument("--dkim-token", action="append", dest="dkim_tokens", help="a DKIM token; three times")
    parser.add_argument("--signing-zone", help="the zone of the DKIM targets; default dkim.amazonses.com")
    parser.add_argument("--region", help="the region of Amazon SES; default us-east-1")
    parser.add_argument("--resolver", help="the resolver to ask, host:port; default the system's")
    parser.add_argument(
        "--saved", type=Path, help="a saved domain: this tool's, or the JSON that the API shows"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def _request(options: argparse.Namespace) -> DiagnosisRequest:
    """What to check. Answers given at the terminal are kept for the next time in .local/diagnose."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not options.json
    kept = SAVED / f"{options.domain.lower().strip('.').replace('/', '_')}.json"
    earlier = read_saved(options.saved) if options.saved else (read_saved(kept) if kept.exists() else None)
    request = completed(options.domain, vars(options), earlier, _ask if interactive else None)
    if interactive:
        request.subject()
        SAVED.mkdir(parents=True, exist_ok=True)
        kept.write_text(saved(request))
    return request


def _ask(question: str, usual: str) -> str:
    return input(f"{question}{f' [{usual}]' if usual else ''}: ").strip() or usual


def _lookup(resolver: str | None) -> DnsLookup:
    if resolver is None:
        return DnsLookup()
    address = read_resolver(resolver)
    if address.is_here:
        return DnsLookup([address.address], authoritative_port=address.address[1], allow_loopback=True)
    return DnsLookup([address.address])


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main())
