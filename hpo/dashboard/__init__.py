"""The dashboard: optuna-dashboard, with a gate before it and what hpo knows shown in it."""
