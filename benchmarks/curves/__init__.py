"""Learning curves of many configurations, and what a search costs that is played on them."""
