"""`python -m tools.cost [DOMAINS [MAILS]]` says what a month costs; `--write` makes docs/cost.md of what the benches counted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from local.checkout import REPOSITORY
from local.standard_output import outlive_reader
from tools.cost import estimate
from tools.cost.page import page

PAGE = REPOSITORY / "docs" / "cost.md"
TEMPLATE = REPOSITORY / "template.yaml"
MOST = 10**15


def main(arguments: Sequence[str]) -> int:
    """Print a month's cost, or write the page."""
    if "--write" in arguments:
        estimate.take_over(estimate.counted())
        PAGE.write_text(page(TEMPLATE), encoding="utf-8")
        return 0
    try:
        number_of_domains, number_of_mails = (_number(each or "0") for each in [*arguments, "", ""][:2])
    except ValueError:
        print("letterhead: DOMAINS and MAILS are whole numbers, like 10000 or 1e6", file=sys.stderr)
        return 1
    price = estimate.prices()
    parts = {
        "idle": estimate.idle(TEMPLATE, price).total,
        f"{number_of_domains:,} domains": estimate.domains(number_of_domains, price),
        f"{number_of_mails:,} mails": estimate.mails(number_of_mails, price),
    }
    for name, dollars in parts.items():
        print(f"{name:>24}  ${dollars:10,.2f}")
    print(f"{'a month':>24}  ${sum(parts.values()):10,.2f}")
    print(f"{'metrics, at most':>24}  ${estimate.metrics(TEMPLATE, price):10,.2f} more (docs/cost.md)")
    return 0


def _number(text: str) -> int:
    try:
        number = Decimal(text.strip() or "0")
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite() or number < 0 or number > MOST or number != int(number):
        raise ValueError(text)
    return int(number)


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:]))
