"""The same for KerasTuner."""

import keras
import keras_tuner
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

x, y = load_diabetes(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x, y, random_state=0)


def build(hp):
    units = hp.Choice("units", [16, 32, 64])
    model = keras.Sequential(
        [keras.layers.Dense(units, "relu") for _ in range(hp.Int("layers", 1, 3))]
        + [keras.layers.Dense(1)]
    )
    rate = hp.Float("rate", 1e-4, 1e-1, sampling="log")
    model.compile(keras.optimizers.Adam(rate), "mse")
    return model


tuner = keras_tuner.BayesianOptimization(build, "val_loss", max_trials=20, directory="tuned")
tuner.search(
    x_train, y_train, batch_size=32, epochs=20, validation_data=(x_valid, y_valid), verbose=0
)
print(tuner.get_best_hyperparameters()[0].values)
