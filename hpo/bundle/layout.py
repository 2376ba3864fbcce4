"""What a bundle holds, by name."""

BEST = "best.json"
MODEL = "model.keras"
PREDICTIONS = "predictions.npz"
SPLITS = "splits.json"
ENVIRONMENT = "environment.json"
LOCK = "uv.lock"
CARD = "README.md"
REPORT = "report.html"
MANIFEST = "manifest.json"

NAMES = frozenset({BEST, MODEL, PREDICTIONS, SPLITS, ENVIRONMENT, LOCK, CARD, REPORT, MANIFEST})
"""All of it: a manifest that names anything else is not ours."""
OPTIONAL = frozenset({MODEL, LOCK})
"""A study may have kept no model, and code that is no checkout has no lock file."""
