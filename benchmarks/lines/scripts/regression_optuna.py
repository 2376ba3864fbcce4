"""The same for plain Optuna."""

import keras
import optuna
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

x, y = load_diabetes(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x, y, random_state=0)


def objective(trial):
    keras.utils.set_random_seed(trial.number)
    units = trial.suggest_categorical("units", [16, 32, 64])
    model = keras.Sequential(
        [keras.layers.Dense(units, "relu") for _ in range(trial.suggest_int("layers", 1, 3))]
        + [keras.layers.Dense(1)]
    )
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(x_train, y_train, batch_size=32, epochs=20, verbose=0)
    return model.evaluate(x_valid, y_valid, verbose=0)


study = optuna.create_study(
    study_name="diabetes", storage="sqlite:///optuna.db", load_if_exists=True
)
study.optimize(objective, n_trials=20)
print(study.best_params, study.best_value)
