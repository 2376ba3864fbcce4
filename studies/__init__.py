"""What is optimised: search spaces, data, models and training.

Nothing here knows of databases, workers or Optuna, and importing any of these modules imports
neither Keras nor a backend of it: the supervisor of a machine reads definitions without paying
for a deep-learning framework.
"""
