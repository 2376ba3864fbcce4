"""The same task given to hpo and to others."""
