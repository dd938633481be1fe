"""How many permits to book at once, and until when they may be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from letterhead.limits.ledger import Column, Counter, Entry

if TYPE_CHECKING:
    from letterhead.limits.allotment import Pool
    from letterhead.limits.limit import Limit
    from letterhead.limits.pace import Pace

_FEW_ALONE, _FEW_AMONG_OTHERS = 2, 5
_MOST_NAMELESS = 4


class Ask(NamedTuple):
    """An entry for a pool, and the end of the lease that it makes."""

    pool: Pool
    entry: Entry
    end: int
    is_block: bool


def ask_for(
    limit: Limit, pool: Pool, column: Column, pace: Pace, needed: int, moment: int, *, for_later: bool = False
) -> Ask:
    """What is needed and, at a pace worth it, a block for the time to come. The pool has room for what is needed.

    An environment that serves a request now and then books single permits: small numbers stay exact, and environments agree.
    What is booked `for_later` lasts some seconds in any case.
    """
    booked = column.booked(moment)
    size, block_end = _block(limit, pool, column, pace, moment)
    permits = min(max(size, needed), pool.share - booked)
    if permits > needed:
        return _ask(limit, pool, column, permits, needed, block_end, moment, is_block=True)
    end = limit.single_end(moment, precise=limit.exact or not booked)
    if for_later:
        end = limit.block_end(moment, 0)
    return _ask(limit, pool, column, needed, needed, end, moment, is_block=False)


def ask_nameless(limit: Limit, pool: Pool, column: Column, needed: int, end: int, moment: int) -> Ask | None:
    """A few permits for each token of an account, to the end of the account's own lease; fewer as they get scarce.

    None when there aren't as many as are needed.
    """
    room = pool.share - column.booked(moment)
    if room < max(1, needed):
        return None
    permits = min(room, max(needed, 1 + room * (_MOST_NAMELESS - 1) // pool.share))
    return _ask(limit, pool, column, permits, needed, end, moment, is_block=True)


def _block(limit: Limit, pool: Pool, column: Column, pace: Pace, moment: int) -> tuple[int, int]:
    """Size and end of a block: what will be asked for until it ends, at most.

    It may lie a while where most of the pool is free; where little is, it is rather too small, for what isn't spent is lost.
    """
    if pace.spent(moment) < (_FEW_AMONG_OTHERS if column.others_lately(moment) else _FEW_ALONE):
        return 0, moment
    is_ample = 2 * column.booked(moment) <= pool.share
    end = limit.block_end(moment, pace.time_for(limit.block, moment) if is_ample else 0)
    expected = pace.expected(moment, limit.horizon(moment, end))
    return min(limit.block, expected if is_ample else expected * 3 // 4), end


def _ask(
    limit: Limit,
    pool: Pool,
    column: Column,
    permits: int,
    needed: int,
    end: int,
    moment: int,
    *,
    is_block: bool,
) -> Ask:
    counter = Counter(pool.column, limit.counts_until(end))
    # Others may have booked since: so much more in all, and there is still room for what is needed.
    ceiling = column.total + pool.share - column.booked(moment) - needed if needed else None
    return Ask(pool, Entry(counter, permits, ceiling), max(end, moment + 1), is_block)
