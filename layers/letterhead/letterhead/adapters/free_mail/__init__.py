"""Providers at which anybody gets an address, free of charge or with an internet connection."""
