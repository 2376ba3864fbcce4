"""The result of a study: what it found, and how sure one can be of it."""
