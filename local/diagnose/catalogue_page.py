"""`python -m local.diagnose.catalogue_page` writes docs/diagnosis.md from the catalogue in the code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from letterhead.domains.diagnosis.catalogue import CATALOGUE, Entry, Weight
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.host_panels import PANELS
from local.checkout import REPOSITORY

PAGE = REPOSITORY / "docs" / "diagnosis.md"
_WEIGHTS = {
    Weight.BLOCKS: "blocks",
    Weight.NOTE: "note",
    Weight.EITHER: "blocks or note",
}
_OPENING = """\
# The diagnosis catalogue

<!-- Made by `python -m local.diagnose.catalogue_page` from letterhead/domains/diagnosis; a test fails when it drifts. -->

Every check of a domain names what is wrong with each record. A row of `verify` has `findings`, the most telling first:

```json
{"code": "name_doubled", "blocking": true, "message": "The record is at … instead of …: …",
 "expected": "…", "found": "…",
 "fix": {"sentence": "…", "type": "CNAME", "host": "abc._domainkey.mail", "name": "abc._domainkey.mail.acme.com", "value": "…"},
 "more": {"meaning": "…", "source": "…"}}
```

- `code` never changes its meaning. A finding that *blocks* is why the record isn't verified; a *note* never changes a status.
- `fix.host` and `fix.value` are what the panel of the DNS host wants typed, `fix.name` is the full name; an MX has its
  `priority` apart where the panel does. A `value` of null means: type nothing, above all while what is published isn't known.
- `more` has the meaning, the source, and the facts of this very finding.
- Try any domain, without an account: `make diagnose DOMAIN=mail.example.com`. The cases that the catalogue is held to are in
  `tests/golden/diagnosis`.

Answers are three-valued: there are records, there definitely are none, or nobody gave a usable answer. The last never changes a
status. Text is read for its meaning: `-all` for `~all`, other terms beside the include, another MX preference, a trailing `;`,
split strings and upper case all pass; two SPF records, two MX or two DMARC records don't.
"""


def page() -> str:
    """The page."""
    return "\n".join([_OPENING, *_table(), "", *_entries(), *_panels()]) + "\n"


def _table() -> Iterator[str]:
    yield "| code | | meaning |"
    yield "|---|---|---|"
    for code, entry in CATALOGUE.items():
        yield f"| [`{code}`](#{code}) | {_WEIGHTS[entry.weight]} | {entry.meaning} |"


def _entries() -> Iterator[str]:
    for code, entry in CATALOGUE.items():
        yield from _entry(code, entry)


def _entry(code: Code, entry: Entry) -> Iterator[str]:
    yield f"## {code}"
    yield ""
    yield f"{entry.meaning} ({_WEIGHTS[entry.weight].capitalize()}.)"
    yield ""
    yield f"- Recognised by: {entry.recognised}"
    yield f"- Fix: {entry.fix}"
    yield f"- Source: {entry.source}"
    yield ""


def _panels() -> Iterator[str]:
    yield "## The DNS hosts"
    yield ""
    yield "Recognised by the names of the zone's servers; for others the wording is neutral and names both forms of the name."
    yield ""
    yield "| DNS host | name field | MX priority | TXT in quotes | target ends in a dot |"
    yield "|---|---|---|---|---|"
    for panel in PANELS:
        yield (
            f"| {panel.name} | {panel.name_field}: the part before the zone | "
            f"{'its own field' if panel.priority_apart else 'in front of the value'} | "
            f"{'yes' if panel.quotes else 'no'} | {'yes' if panel.full_stop else 'no'} |"
        )


def main(path: Path = PAGE) -> int:
    """Write the page."""
    path.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
