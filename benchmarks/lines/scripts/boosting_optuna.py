"""The same for plain Optuna."""

import optuna
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import cross_val_score

x, y = load_diabetes(return_X_y=True)


def objective(trial):
    params = {
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 0.5, log=True),
        "n_estimators": trial.suggest_int("n_estimators", 10, 300),
        "max_depth": trial.suggest_categorical("max_depth", [None, 1, 2, 3, 4]),
    }
    model = GradientBoostingRegressor(**params, subsample=0.7, random_state=trial.number)
    return -cross_val_score(model, x, y, scoring="neg_mean_squared_error").mean()


study = optuna.create_study(study_name="trees", storage="sqlite:///optuna.db", load_if_exists=True)
study.optimize(objective, n_trials=20)
print(study.best_params, study.best_value)
