"""A worker on one machine: one supervisor, a slot a device, a child in each."""
