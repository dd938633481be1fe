"""`python -m tools.cost [DOMAINS [MAILS]]` says what a month costs; `--write` makes docs/cost.md of what the benches counted."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from local.checkout import REPOSITORY
from local.standard_output import outlive_reader
from tools.cost import estimate
from tools.cost.page import page

PAGE = REPOSITORY / "docs" / "cost.md"


def main(arguments: Sequence[str]) -> int:
    """Print a month's cost, or write the page."""
    if "--write" in arguments:
        estimate.take_over(estimate.counted())
        PAGE.write_text(page(REPOSITORY / "template.yaml"), encoding="utf-8")
        return 0
    try:
        number_of_domains, number_of_mails = (float(each or 0) for each in [*arguments, "", ""][:2])
    except ValueError:
        print("letterhead: DOMAINS and MAILS are numbers", file=sys.stderr)
        return 1
    price = estimate.prices()
    parts = {
        "idle": estimate.idle(REPOSITORY / "template.yaml", price).total,
        f"{number_of_domains:,.0f} domains": estimate.domains(number_of_domains, price),
        f"{number_of_mails:,.0f} mails": estimate.mails(number_of_mails, price),
    }
    for name, dollars in parts.items():
        print(f"{name:>24}  ${dollars:10,.2f}")
    print(f"{'a month':>24}  ${sum(parts.values()):10,.2f}")
    return 0


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:]))
