"""Has an engine start workers: which places, restarts and adds machines, while the database gives out work."""
