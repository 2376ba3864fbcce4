"""Trees that predict how diabetes goes on, for hpo."""

from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import cross_val_score, train_test_split

x, y = load_diabetes(return_X_y=True)
x_search, x_holdout, y_search, y_holdout = train_test_split(x, y, test_size=0.3, random_state=0)


def model(params, seed):
    return GradientBoostingRegressor(**params, subsample=0.7, random_state=seed % 2**32)


def objective(trial):
    params = {
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 0.5, log=True),
        "n_estimators": trial.suggest_int("n_estimators", 10, 300),
        "max_depth": trial.suggest_categorical("max_depth", [None, 1, 2, 3, 4]),
    }
    return -cross_val_score(
        model(params, trial.seed), x_search, y_search, scoring="neg_mean_squared_error"
    ).mean()


def holdout(params, seed):
    return (model(params, seed).fit(x_search, y_search).predict(x_holdout) - y_holdout) ** 2
