"""What becomes of a study: made, searched, advanced, removed; and how it stands."""
