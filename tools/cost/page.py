"""docs/cost.md, computed."""

from __future__ import annotations

from pathlib import Path

from tools.cost import estimate

HEAD = """# What Letterhead costs

Computed by `python -m tools.cost --write` from `tools/cost/units.json` (what each operation uses) and `tools/cost/prices.json`
(AWS's list prices in {region}, {as_of}, no free tier). `make cost DOMAINS=10000 MAILS=1000000` computes your month.

The tables' units are those that `make bench` has counted (`tests/bench/units.py`, into `bench/results.json`): of a whole warm
call, authentication and limits included, and of a mail until it has left, rounded up to a tenth. Those of a domain's verification
are a budget, for they depend on what has changed. Function time, logs and calls of queues are assumptions until they were
measured on Lambda: 50 to 100 ms at 256 or 512 MB a call, half a second for a check of a domain that waits for the DNS.
"""

METRICS = """To this come at most ${:.2f} for CloudWatch's metrics, each of which is charged by the hours in which it has a value
($0.30 where that is every hour of a month): what nobody does and what doesn't fail costs nothing. Webhooks, uploads, pages
of links, what is kept of mail and data that leaves AWS are in none of these sums."""


def page(template: Path) -> str:
    """The page's text."""
    price = estimate.prices()
    idle = estimate.idle(template, price)
    lines = [HEAD.format(**price), "## Idle", "", "| what | $ a month |", "|---|---|"]
    lines += [
        f"| {idle.alarms / price['alarm_month']:.0f} alarms | {idle.alarms:.2f} |",
        f"| the key of confirmation links (Secrets Manager) | {idle.secrets:.2f} |",
        f"| keys of KMS | {idle.keys:.2f} |",
        f"| the dashboard (three are free in an account) | {idle.dashboards:.2f} |",
        f"| Lambda's polls of queues in which nothing is (SQS) | {idle.polls:.2f} |",
        f"| what schedules call to look whether anything is due | {idle.schedules:.2f} |",
        f"| **together** | **{idle.total:.2f}** |",
        "",
        "## A million of each",
        "",
        "| what | $ a million | of it DynamoDB |",
        "|---|---|---|",
    ]
    for name, operation in estimate.units().items():
        if name.startswith(estimate.NOTHING_DUE):
            continue
        tables = {unit: count for unit, count in operation.items() if unit in ("read_unit", "write_unit")}
        whole, stored = (
            estimate.of_operation(each, price) * estimate.MILLION for each in (operation, tables)
        )
        lines.append(f"| {name} | {whole:.2f} | {stored:.2f} |")
    lines += [
        "",
        "## A month of",
        "",
        "| what | $ |",
        "|---|---|",
        f"| 10,000 verified domains, looked at every six hours | {estimate.domains(10_000, price):.2f} |",
        f"| 1,000,000 mails to one recipient each | {estimate.mails(estimate.MILLION, price):.2f} |",
        f"| … of which SES itself takes | {estimate.MILLION * price['mail']:.2f} |",
        "",
        METRICS.format(estimate.metrics(template, price)),
        "",
        "On SES's plan Essentials, which new accounts are on, a million mails are $60 more: `make doctor` says how to leave it.",
        "",
    ]
    return "\n".join(lines)
