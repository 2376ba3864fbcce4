"""A network that predicts how diabetes goes on, for hpo."""

import keras
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

x, y = load_diabetes(return_X_y=True)
x_search, x_holdout, y_search, y_holdout = train_test_split(x, y, test_size=0.3, random_state=0)
x_train, x_valid, y_train, y_valid = train_test_split(x_search, y_search, random_state=0)


def train(params, seed):
    keras.utils.set_random_seed(seed % 2**32)
    model = keras.Sequential(
        [keras.layers.Dense(params["units"], "relu") for _ in range(params["layers"])]
        + [keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(params["rate"]), "mse")
    model.fit(x_train, y_train, batch_size=32, epochs=20, verbose=0)
    return model


def objective(trial):
    params = {
        "rate": trial.suggest_float("rate", 1e-4, 1e-1, log=True),
        "layers": trial.suggest_int("layers", 1, 3),
        "units": trial.suggest_categorical("units", [16, 32, 64]),
    }
    return train(params, trial.seed).evaluate(x_valid, y_valid, verbose=0)


def holdout(params, seed):
    return (train(params, seed).predict(x_holdout, verbose=0)[:, 0] - y_holdout) ** 2
