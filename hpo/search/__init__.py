"""The search of a study, Optuna's side of it: what is tried, how far it is trained, how it ended."""

import warnings

import optuna
from optuna.exceptions import ExperimentalWarning

# Optuna says each study and trial that it makes; here we say what there is to say.
optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", ExperimentalWarning)
