"""A word that only the layer knows."""

WORD = "from the layer"
