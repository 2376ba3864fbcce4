"""The answer of a study: what it found, how sure one can be of it, and how it reads."""
