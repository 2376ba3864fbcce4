"""The commands. Each parses, calls one plain function and prints; what is heavy is imported
inside, so that `hpo --help` answers at once. stdout is data, stderr is logs."""
