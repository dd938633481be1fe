"""Stored templates: mail written once, with places for what differs from recipient to recipient."""
