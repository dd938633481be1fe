"""Sendara's dialect: bare objects, errors in `{"error": {"code", "message", "status"}}`."""
