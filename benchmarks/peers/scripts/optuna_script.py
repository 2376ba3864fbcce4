"""Optuna: two processes on one journal, TPE and Hyperband, as its tutorial on distributed optimization."""

import argparse
import json
import multiprocessing
import os
import time
from pathlib import Path

import keras
import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

EPOCHS = 20
PROCESSES = 2
JOURNAL = "journal.log"
LOG = os.environ["EPOCHS_LOG"]
DATA = os.environ["DATA"]
BASELINE = {
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "conv_layers": 3,
    "filters": 32,
    "dense_units": 128,
    "batch_size": 32,
}


class ReportEpoch(keras.callbacks.Callback):
    """Reports to Optuna, which may prune, and writes a line for the comparison."""

    def __init__(self, trial):
        super().__init__()
        self.trial = trial

    def on_epoch_end(self, epoch, logs=None):
        line = {"time": time.time(), "trial": str(self.trial.number), "epoch": epoch + 1}
        line |= {"val_accuracy": float(logs["val_accuracy"])}
        with Path(LOG).open("a") as file:
            file.write(json.dumps(line) + "\n")
        self.trial.report(logs["val_accuracy"], epoch + 1)
        if self.trial.should_prune():
            raise optuna.TrialPruned()


def build_model(trial, n_images, image_shape, n_classes, batch_size):
    activation = trial.suggest_categorical("activation", ["relu", "swish", "gelu", "elu", "tanh"])
    filters = trial.suggest_categorical("filters", [16, 32, 48, 64])
    inputs = keras.Input(image_shape)
    x = keras.layers.Rescaling(1 / 255)(inputs)
    for layer in range(trial.suggest_int("conv_layers", 1, 4)):
        x = keras.layers.Conv2D(filters * 2**layer, 3, padding="same", activation=activation)(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    dense_units = trial.suggest_categorical("dense_units", [64, 128, 256])
    x = keras.layers.Dense(dense_units, activation=activation)(x)
    outputs = keras.layers.Dense(n_classes, activation="softmax")(x)
    model = keras.Model(inputs, outputs)

    rate = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
    name = trial.suggest_categorical("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
    if name == "adam":
        optimizer = keras.optimizers.Adam(rate)
    elif name == "adamw":
        optimizer = keras.optimizers.AdamW(rate)
    elif name == "rmsprop":
        optimizer = keras.optimizers.RMSprop(rate)
    else:
        steps = EPOCHS * -(-n_images // batch_size)
        falling = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizer = keras.optimizers.SGD(falling, momentum=0.9)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def objective(trial):
    keras.backend.clear_session()
    data = np.load(DATA)
    x, y = data["x_train"], data["y_train"]
    batch_size = trial.suggest_categorical("batch_size", [16, 32, 64, 128])
    model = build_model(trial, len(x), x.shape[1:], int(y.max()) + 1, batch_size)
    history = model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=EPOCHS,
        validation_data=(data["x_validation"], data["y_validation"]),
        callbacks=[ReportEpoch(trial)],
        verbose=0,
    )
    return history.history["val_accuracy"][-1]


def open_study():
    return optuna.create_study(
        study_name="cifar100",
        storage=JournalStorage(JournalFileBackend(JOURNAL)),
        sampler=optuna.samplers.TPESampler(),
        pruner=optuna.pruners.HyperbandPruner(
            min_resource=1, max_resource=EPOCHS, reduction_factor=3
        ),
        direction="maximize",
        load_if_exists=True,
    )


def optimize(_):
    open_study().optimize(objective)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--best", action="store_true", help="Print the best of what is there.")
    if parser.parse_args().best:
        print(json.dumps(open_study().best_params))
        return
    open_study().enqueue_trial(BASELINE)
    # Not forked: TensorFlow does not outlive that.
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(optimize, range(PROCESSES))


if __name__ == "__main__":
    main()
