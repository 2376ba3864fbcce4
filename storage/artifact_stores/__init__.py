"""Where the bytes of models and checkpoints lie."""
