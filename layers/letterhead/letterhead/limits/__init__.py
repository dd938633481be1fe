"""How much an account and a token may ask for.

A *limit* is an amount of *permits* in a window. A *ledger* is one item of the store where permits are booked, a *pool* the share
of a limit that is booked in one ledger, an *allotment* all pools of one account's or token's limit. A *lease* is a block of
booked permits that one environment holds in its memory and spends without asking. A *standing* is what a caller is told.
"""
