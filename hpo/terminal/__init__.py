"""What a person sees in a terminal, or in a pipe."""
