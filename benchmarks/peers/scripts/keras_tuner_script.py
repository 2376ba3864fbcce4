"""KerasTuner: Hyperband, with a HyperModel that tunes the batch size too, as its guides have it."""

import argparse
import json
import os
import time
from pathlib import Path

import keras
import keras_tuner
import numpy as np

EPOCHS = 20
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


class LogEpoch(keras.callbacks.Callback):
    """Writes a line for the comparison."""

    def __init__(self, trial):
        super().__init__()
        self.trial = trial

    def on_epoch_end(self, epoch, logs=None):
        line = {"time": time.time(), "trial": self.trial, "epoch": epoch + 1}
        line |= {"val_accuracy": float(logs["val_accuracy"])}
        with Path(LOG).open("a") as file:
            file.write(json.dumps(line) + "\n")


class Classifier(keras_tuner.HyperModel):
    def __init__(self, n_images, image_shape, n_classes):
        super().__init__()
        self.n_images = n_images
        self.image_shape = image_shape
        self.n_classes = n_classes

    def build(self, hp):
        activation = hp.Choice("activation", ["relu", "swish", "gelu", "elu", "tanh"])
        filters = hp.Choice("filters", [16, 32, 48, 64], default=32)
        inputs = keras.Input(self.image_shape)
        x = keras.layers.Rescaling(1 / 255)(inputs)
        for layer in range(hp.Int("conv_layers", 1, 4, default=3)):
            x = keras.layers.Conv2D(filters * 2**layer, 3, padding="same", activation=activation)(x)
            x = keras.layers.MaxPooling2D()(x)
        x = keras.layers.Flatten()(x)
        dense_units = hp.Choice("dense_units", [64, 128, 256], default=128)
        x = keras.layers.Dense(dense_units, activation=activation)(x)
        outputs = keras.layers.Dense(self.n_classes, activation="softmax")(x)
        model = keras.Model(inputs, outputs)

        rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log", default=1e-3)
        name = hp.Choice("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
        batch_size = hp.Choice("batch_size", [16, 32, 64, 128], default=32)
        if name == "adam":
            optimizer = keras.optimizers.Adam(rate)
        elif name == "adamw":
            optimizer = keras.optimizers.AdamW(rate)
        elif name == "rmsprop":
            optimizer = keras.optimizers.RMSprop(rate)
        else:
            steps = EPOCHS * -(-self.n_images // batch_size)
            falling = keras.optimizers.schedules.CosineDecay(rate, steps)
            optimizer = keras.optimizers.SGD(falling, momentum=0.9)
        model.compile(
            optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        return model

    def fit(self, hp, model, *args, callbacks=(), **kwargs):
        # A promoted trial has another id, but the same parameters.
        trial = " ".join(str(hp.get(name)) for name in BASELINE)
        return model.fit(
            *args,
            batch_size=hp.get("batch_size"),
            callbacks=[LogEpoch(trial), *callbacks],
            **kwargs,
        )


class BaselineFirst(keras_tuner.oracles.HyperbandOracle):
    """KerasTuner has no option for what is tried first; `populate_space` is what its guide on custom
    oracles overrides."""

    def populate_space(self, trial_id):
        space = super().populate_space(trial_id)
        if not self.trials:
            space["values"] |= BASELINE
        return space


class Hyperband(keras_tuner.Hyperband):
    """KerasTuner's own, with an oracle that it is given."""

    def __init__(self, oracle, **kwargs):
        keras_tuner.Tuner.__init__(self, oracle=oracle, **kwargs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--best", action="store_true", help="Print the best of what is there.")
    asked = parser.parse_args()
    data = np.load(DATA)
    x, y = data["x_train"], data["y_train"]
    tuner = Hyperband(
        # Again and again, until it is stopped.
        BaselineFirst("val_accuracy", max_epochs=EPOCHS, factor=3, hyperband_iterations=100),
        hypermodel=Classifier(len(x), x.shape[1:], int(y.max()) + 1),
        directory="tuner",
        project_name="cifar100",
    )
    if asked.best:
        best = tuner.get_best_hyperparameters()[0]
        print(json.dumps({name: best.get(name) for name in BASELINE}))
        return
    tuner.search(x, y, validation_data=(data["x_validation"], data["y_validation"]), verbose=0)


if __name__ == "__main__":
    main()
