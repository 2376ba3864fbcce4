"""The report of a study: what a person reads of it, with its pictures, in one file."""
