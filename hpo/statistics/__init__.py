"""How sure one can be: of a score, of a difference, and of what was looked at twice."""
