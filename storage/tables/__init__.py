"""Our tables, a module each. Every function runs in the caller's transaction."""
