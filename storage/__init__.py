"""Where state lives: one SQL database and its artifacts. Knows nothing of training."""
