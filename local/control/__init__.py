"""The control port: what a test or a person at this machine may do to the local cloud from outside. Loopback only."""
