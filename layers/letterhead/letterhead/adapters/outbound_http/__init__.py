"""HTTP to hosts that customers name, over connections to addresses that were checked."""
