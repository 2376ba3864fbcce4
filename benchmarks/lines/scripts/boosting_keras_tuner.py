"""The same for KerasTuner; its choices have no `None`."""

import keras_tuner
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import make_scorer, mean_squared_error

x, y = load_diabetes(return_X_y=True)


def build(hp):
    return GradientBoostingRegressor(
        learning_rate=hp.Float("learning_rate", 1e-3, 0.5, sampling="log"),
        n_estimators=hp.Int("n_estimators", 10, 300),
        max_depth=hp.Choice("max_depth", [1, 2, 3, 4]),
        subsample=0.7,
        random_state=0,
    )


tuner = keras_tuner.tuners.SklearnTuner(
    keras_tuner.oracles.BayesianOptimizationOracle(
        keras_tuner.Objective("score", "min"), max_trials=20
    ),
    build,
    scoring=make_scorer(mean_squared_error),
    directory="tuned",
)
tuner.search(x, y)
print(tuner.get_best_hyperparameters()[0].values)
