"""HTTP to hosts that customers name, over connections to addresses that were checked."""

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.adapters.outbound_http.idle_connections import IdleConnections

__all__ = ["GuardedHttp", "IdleConnections"]
