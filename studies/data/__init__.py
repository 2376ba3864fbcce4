"""Where the data of a study comes from, how it is split, and its files, written once a machine."""
