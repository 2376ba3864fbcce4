"""What leaves the database: the best configuration with its proof, and what is done with it."""

from pathlib import Path

EXPORTS = Path("exports")
"""Where the bundles of studies stand by default."""
