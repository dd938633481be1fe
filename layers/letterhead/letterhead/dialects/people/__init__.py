"""The words in which people, not programs, are answered: HTML pages that work without scripts."""
