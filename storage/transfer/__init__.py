"""Studies and trials as wholes: read, and written elsewhere with all that is known of them."""
