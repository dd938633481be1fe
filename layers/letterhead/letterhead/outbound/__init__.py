"""Requests to hosts that customers name: where they may go, and what can come of them.

Whoever names a host can point it anywhere, also at what only this deployment can reach. So no such request is made but by way of
`letterhead.adapters.outbound_http`, which obeys these rules.
"""
