"""What becomes of a study as a whole: brought in, copied, renamed."""
