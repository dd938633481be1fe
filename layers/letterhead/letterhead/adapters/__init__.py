"""One module for each outside thing; nothing here decides."""
