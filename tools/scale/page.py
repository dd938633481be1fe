"""docs/scale.md, computed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.checkout import REPOSITORY
from tools.scale import simulation
from tools.scale.touches import READS_A_KEY, WRITES_A_KEY, units_of_a_mail

POPULATIONS = (10_000, 100_000, 1_000_000)
RATES = (10, 1_000, 10_000)

PROSE = Path(__file__).parent
RESULTS = REPOSITORY / "bench" / "results.json"


def page(populations: Sequence[int] = POPULATIONS) -> str:
    """The page's text."""
    account, endpoint = (WRITES_A_KEY / units_of_a_mail(table) for table in ("messages", "deliveries"))
    head = (PROSE / "head.md").read_text(encoding="utf-8")
    head = head.format(
        writes=WRITES_A_KEY,
        reads=READS_A_KEY,
        account=account,
        small=2 * account,
        endpoint=endpoint,
        events=events_a_second(),
    )
    tail = (PROSE / "tail.md").read_text(encoding="utf-8")
    return "\n".join([head, *(section(domains) for domains in populations), tail])


def events_a_second() -> int:
    """How many of SES's events a core takes in, in hundreds, as `make bench` has measured it."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["results"]
    (microseconds,) = (row["figure"] for row in rows if row["case"] == "as mails bring them")
    return int(1_000_000 / microseconds) // 100 * 100


def section(domains: int) -> str:
    """A population's tables."""
    lines = [
        f"## {domains:,} domains",
        "",
        "| table or index | hottest key's share | "
        + " | ".join(f"of a key at {rate:,}/s" for rate in RATES)
        + " |",
        "|---|---|" + "---|" * len(RATES),
        *_rows(domains),
        "",
        "| domains looked at every 6 hours; all in trouble within 15 minutes | hottest key's share | of a key |",
        "|---|---|---|",
    ]
    lines += [
        f"| {each.table}, {each.kind}s | {_percent(each.share)} | {_percent(each.fullness(rate))} |"
        for each, rate in simulation.of_domains(domains)
    ]
    return "\n".join([*lines, ""])


def _rows(domains: int) -> Iterator[str]:
    for each in simulation.of_mails(domains):
        cells = (_judged(each.fullness(rate)) for rate in RATES)
        yield f"| {each.table}, {each.kind}s | {_percent(each.share)} | " + " | ".join(cells) + " |"


def _judged(fullness: float) -> str:
    return f"**{_percent(fullness)}**" if fullness > 1 else _percent(fullness)


def _percent(part: float) -> str:
    if part < 0.001:
        return "< 0.1 %"
    return f"{part:.1%}".replace("%", " %") if part < 0.1 else f"{part:.0%}".replace("%", " %")
