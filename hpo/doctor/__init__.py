"""What is wrong with this machine, its database and its studies, and how it is mended."""
