"""The hottest key of every table, for populations and rates."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.scale.population import Population
from tools.scale.touches import READS_A_KEY, WRITES_A_KEY, Touch, of_look, of_mail, of_trouble

MAILS = 4_000
LOOKED_AT_A_SECOND = 1 / (6 * 3600)
"""A verified domain is looked at every six hours."""
TROUBLED_A_SECOND = 1 / 900
"""A fault that meets every domain is seen by one sweep, within its quarter of an hour."""
SEED = 20261102


@dataclass(frozen=True)
class Hottest:
    """The hottest key of a table or index: which share of all units it gets, and how many units for each thing that happens."""

    table: str
    kind: str
    share: float
    units: float
    number_of_keys: int

    def fullness(self, a_second: float) -> float:
        """How much of what one key takes is used when so many things happen in a second."""
        return self.units * a_second / (READS_A_KEY if self.kind == "read" else WRITES_A_KEY)


def of_mails(domains: int) -> list[Hottest]:
    """The hottest keys while mails are sent; units are for one mail."""
    chance = random.Random(SEED)  # noqa: S311 - a simulation
    mails = Population.of(domains, chance).mails(MAILS, chance)
    return hottest((touch for mail in mails for touch in of_mail(mail)), MAILS)


def of_domains(domains: int) -> list[tuple[Hottest, float]]:
    """The hottest keys while all domains are looked at, and while all get into trouble at once; with how many a second do."""
    population = Population.of(domains, random.Random(SEED)).domain_ids  # noqa: S311 - a simulation
    looks = hottest((touch for each in population for touch in of_look(each)), domains)
    trouble = hottest((touch for each in population for touch in of_trouble(each)), domains)
    return [(each, domains * LOOKED_AT_A_SECOND) for each in looks] + [
        (each, domains * TROUBLED_A_SECOND) for each in trouble
    ]


def hottest(touches: Iterable[Touch], events: int) -> list[Hottest]:
    """The hottest key of each table and kind, of so many events."""
    units: Counter[tuple[str, str, str]] = Counter()
    for touch in touches:
        units[touch[:3]] += touch.units  # type: ignore[assignment]
    return sorted(_of_tables(units, events), key=lambda each: -each.fullness(1))


def _of_tables(units: Counter[tuple[str, str, str]], events: int) -> Iterator[Hottest]:
    for table, kind in sorted({key[:2] for key in units}):
        found = [value for key, value in units.items() if key[:2] == (table, kind)]
        yield Hottest(table, kind, max(found) / sum(found), max(found) / events, len(found))
