"""The origin: one plain port that hands every request to the HTTP API unchanged, within API Gateway's own limits.

The emulator serves an API only under a path prefix or a host name of its own, and has neither API Gateway's limits
nor its answers when a function fails; both are added here and nothing else is touched.
"""
