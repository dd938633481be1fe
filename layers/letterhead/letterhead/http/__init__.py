"""The HTTP door: one table of routes, one router, one table of errors."""
