"""What people write for the same search, in lines."""
