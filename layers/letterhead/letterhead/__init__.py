"""Letterhead: who may this mail come from? Concepts without I/O, dialects, adapters and one HTTP router."""
