"""`python -m tools.scale`: the hottest key of every table, by domains and mails a second; `--write` makes docs/scale.md anew."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from local.checkout import REPOSITORY
from local.standard_output import outlive_reader
from tools.scale.page import POPULATIONS, page, section

MOST = 10_000_000
PAGE = REPOSITORY / "docs" / "scale.md"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or print its tables for the populations that are asked for."""
    if "--write" in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    try:
        populations = [int(each) for each in arguments if each] or list(POPULATIONS)
    except ValueError:
        populations = [0]
    if not all(0 < domains <= MOST for domains in populations):
        print(f"letterhead: DOMAINS is a whole number from 1 to {MOST:,}", file=sys.stderr)
        return 1
    for domains in populations:
        print(section(domains))
    return 0


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:]))
