"""docs/performance.md from the results of the benches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

HEAD = """# Performance

Made by `make bench`, which writes `bench/results.json` too. Measured on {measured_at}, Python {python}, {machine}.
Every figure is CPU or units of our own code, beside a floor that was measured in the same run by turns: absolute figures are of
that machine, ratios travel. A bound is the most that the ratio may be; without a floor, the most that the figure may be.

![Each figure as a part of its bound](performance.png)

"""
FLOORS = {
    "cold start": "a botocore session with one DynamoDB client, out of the same layer",
    "cold start, memory": "",
    "layer size": "",
    "request": "router: a look-up in a dictionary and `json.dumps`; whole: the same AWS calls by bare botocore",
    "DNS check": "one reused socket and `dns.message` for each question",
    "SES events": "the same table calls by bare botocore, and `json.loads`",
    "webhooks": "an HMAC, a JSON body and two table calls by botocore; of the pace, the endpoint's own 100 ms",
    "re-verify": "as of the DNS check",
    "units": "",
    "sending": "the same AWS calls by bare botocore; leaving has to take 5 ms at most, 200 mails a second and core",
}
PEERS = """## Beside what others offer

Measured for the choice of the building blocks, alongside the floors, on two cores with Python 3.11 (medians):

| what | here | others |
|---|---|---|
| start of an HTTP function, CPU, of what tutorials give (untrimmed boto3) | at most 0.65 | 253 ms |
| one DynamoDB read, CPU | pynamodb 669 us | botocore 601, boto3's Table 681, signed by hand 112 us |
| a domain's six DNS questions, CPU | 1.05 ms | dnspython's resolver 1.24, aiodns 0.31 (it caches), C 0.03 ms |
| a JSON body of an identity | rules by hand 3.9 us | msgspec 1.6 (the first fault only), pydantic 2.7 us and 82 ms of imports |
| POST of a kilobyte, kept alive, CPU | http.client 70 us | urllib3 161, httpx 260, requests 343 us |
"""


def page(found: Mapping[str, Any]) -> str:
    """The page's text."""
    return HEAD.format(**found) + "\n".join(_sections(found["results"])) + "\n" + PEERS


def _sections(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    order = list(dict.fromkeys(row["bench"] for row in rows))
    grouped = sorted(rows, key=lambda row: order.index(row["bench"]))
    for bench, group in groupby(grouped, key=lambda row: row["bench"]):
        yield f"## {bench[0].upper()}{bench[1:]}\n"
        if FLOORS.get(bench):
            yield f"Floor: {FLOORS[bench]}.\n"
        yield "| case | figure | floor | ratio | bound | |\n|---|---|---|---|---|---|"
        yield "\n".join(map(_row, group)) + "\n"


def _row(row: Mapping[str, Any]) -> str:
    floor, bound = row["floor"], row["bound"]
    ratio = row["figure"] / floor if floor else None
    judged = "" if bound is None else "within" if part_of_bound(row) <= 1 else "**beyond**"
    cells = [
        row["case"],
        f"{row['figure']:.4g} {row['unit']}",
        f"{floor:.4g} {row['unit']}" if floor else "",
        f"{ratio:.2f}" if ratio else "",
        "" if bound is None else f"{bound:g}",
        judged,
    ]
    return f"| {' | '.join(cells)} |"


def part_of_bound(row: Mapping[str, Any]) -> float:
    """How much of its bound a figure uses; 1 is all of it."""
    return float(row["figure"] / (row["floor"] or 1) / row["bound"])
