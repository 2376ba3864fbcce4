"""The processes that train, and what is said to them; none needs a database."""
