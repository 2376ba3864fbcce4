"""How studies, their trials and the fleet stand: read from the database, changing nothing."""
