"""The same for plain Optuna."""

import keras
import numpy as np
import optuna
from optuna_integration import KerasPruningCallback
from sklearn.model_selection import train_test_split

arrays = np.load("mine.npz")
x_train, x_valid, y_train, y_valid = train_test_split(
    arrays["x"], arrays["y"], stratify=arrays["y"], random_state=0
)
n_classes = len(np.unique(y_train))


def build(trial):
    activation = trial.suggest_categorical("activation", ["relu", "swish", "tanh"])
    filters = trial.suggest_categorical("filters", [16, 32, 64])
    model = keras.Sequential([keras.Input(x_train.shape[1:]), keras.layers.Rescaling(1 / 255)])
    for layer in range(trial.suggest_int("conv_layers", 1, 4)):
        model.add(keras.layers.Conv2D(filters * 2**layer, 3, padding="same", activation=activation))
        model.add(keras.layers.MaxPooling2D())
    model.add(keras.layers.Flatten())
    units = trial.suggest_categorical("dense_units", [64, 128, 256])
    model.add(keras.layers.Dense(units, activation=activation))
    model.add(keras.layers.Dense(n_classes, activation="softmax"))
    optimizer = keras.optimizers.get(
        trial.suggest_categorical("optimizer", ["adam", "rmsprop", "sgd"])
    )
    optimizer.learning_rate = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def objective(trial):
    keras.utils.set_random_seed(trial.number)
    model = build(trial)
    model.fit(
        x_train, y_train, epochs=20, validation_data=(x_valid, y_valid), verbose=0,
        batch_size=trial.suggest_categorical("batch_size", [16, 32, 64]),
        callbacks=[KerasPruningCallback(trial, "val_accuracy")],
    )  # fmt: skip
    return model.evaluate(x_valid, y_valid, verbose=0)[1]


study = optuna.create_study(
    study_name="mine", storage="sqlite:///optuna.db", direction="maximize", load_if_exists=True
)
study.enqueue_trial(
    {
        "activation": "relu", "optimizer": "adam", "learning_rate": 1e-3,
        "conv_layers": 3, "filters": 32, "dense_units": 128, "batch_size": 32,
    }
)  # fmt: skip
study.optimize(objective, n_trials=20)
print(study.best_params, study.best_value)
