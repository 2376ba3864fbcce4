"""hpo from Python and from notebooks: the same studies, in the same database, as from the command line."""

import warnings

with warnings.catch_warnings():
    # Optuna imports it, too: in a notebook without ipywidgets it would begin with a warning of that, although
    # a bar of characters does as well.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import tqdm.auto  # noqa: F401
