"""HTTP to hosts that customers name, over connections to addresses that were checked."""

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp

__all__ = ["GuardedHttp"]
