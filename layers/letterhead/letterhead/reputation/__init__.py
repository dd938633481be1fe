"""Reputation: what share of a domain's mail bounces or is complained of, and what follows from it.

rate: bounces or complaints by the mail whose fate is known, or that has left, whichever is more.
window: the last 24 hours, or the last 30 days.
warning, pause: what a rate brings about at its two thresholds; only the operator ends a pause.
"""
