"""A number told from the columns of a table, by Keras or by a trainer of the definition's own."""
