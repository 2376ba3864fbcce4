"""How a database is reached, and what its drivers say."""
