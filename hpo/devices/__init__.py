"""What this machine trains on: found, watched, and how a process is started on it."""
