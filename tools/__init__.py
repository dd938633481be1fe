"""Programs for whoever operates a deployment."""
