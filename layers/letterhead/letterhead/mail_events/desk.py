"""What only the operator may do about mail events: look at stray ones, and let a paused domain send again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.reputation.watch import resume
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from letterhead.mail_events.strays import StrayList, StrayPage
    from letterhead.reputation.watch import DomainStandings, Standing


@value_type
class MailDesk:
    """The acts, with what they need."""

    strays: StrayList
    standings: DomainStandings
    new_id: Callable[[datetime], str]

    def stray_events(self, day: date, after: str | None) -> StrayPage:
        """The stray events that came on a day in UTC, those behind an id."""
        return self.strays.of_day(f"{day:%Y%m%d}", after)

    def resume_sending(self, account_id: str, domain_id: str, now: datetime) -> Standing:
        """See `watch.resume`."""
        return resume(account_id, domain_id, domains=self.standings, new_id=self.new_id, now=now)
