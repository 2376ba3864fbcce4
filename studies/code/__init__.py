"""The code that definitions consist of: read once, known by its hash, run as it was read, with what it reads."""
