"""What leaves the database: the best configuration with its proof, and what is done with it."""
