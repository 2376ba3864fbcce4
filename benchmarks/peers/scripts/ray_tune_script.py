"""Ray Tune: ASHA with Optuna's search, a core for each trial, as its guides and examples have it."""

import argparse
import json
import os
import time
from pathlib import Path

from ray import tune
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.optuna import OptunaSearch

EPOCHS = 20
LOG = os.environ["EPOCHS_LOG"]
DATA = os.environ["DATA"]
RESULTS = Path("ray_results").absolute()
BASELINE = {
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "conv_layers": 3,
    "filters": 32,
    "dense_units": 128,
    "batch_size": 32,
}
SPACE = {
    "activation": tune.choice(["relu", "swish", "gelu", "elu", "tanh"]),
    "optimizer": tune.choice(["adam", "adamw", "rmsprop", "sgd"]),
    "learning_rate": tune.loguniform(1e-4, 1e-2),
    "conv_layers": tune.randint(1, 5),
    "filters": tune.choice([16, 32, 48, 64]),
    "dense_units": tune.choice([64, 128, 256]),
    "batch_size": tune.choice([16, 32, 64, 128]),
}


def build_model(config, n_images, image_shape, n_classes):
    import keras

    inputs = keras.Input(image_shape)
    x = keras.layers.Rescaling(1 / 255)(inputs)
    for layer in range(config["conv_layers"]):
        filters = config["filters"] * 2**layer
        x = keras.layers.Conv2D(filters, 3, padding="same", activation=config["activation"])(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(config["dense_units"], activation=config["activation"])(x)
    outputs = keras.layers.Dense(n_classes, activation="softmax")(x)
    model = keras.Model(inputs, outputs)

    rate = config["learning_rate"]
    if config["optimizer"] == "adam":
        optimizer = keras.optimizers.Adam(rate)
    elif config["optimizer"] == "adamw":
        optimizer = keras.optimizers.AdamW(rate)
    elif config["optimizer"] == "rmsprop":
        optimizer = keras.optimizers.RMSprop(rate)
    else:
        steps = EPOCHS * -(-n_images // config["batch_size"])
        falling = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizer = keras.optimizers.SGD(falling, momentum=0.9)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(config):
    import keras
    import numpy as np

    class ReportEpoch(keras.callbacks.Callback):
        """Reports to Ray, which may stop the trial, and writes a line for the comparison."""

        def on_epoch_end(self, epoch, logs=None):
            trial = tune.get_context().get_trial_id()
            line = {"time": time.time(), "trial": trial, "epoch": epoch + 1}
            line |= {"val_accuracy": float(logs["val_accuracy"])}
            with Path(LOG).open("a") as file:
                file.write(json.dumps(line) + "\n")
            tune.report({"val_accuracy": float(logs["val_accuracy"])})

    data = np.load(DATA)
    x, y = data["x_train"], data["y_train"]
    model = build_model(config, len(x), x.shape[1:], int(y.max()) + 1)
    model.fit(
        x,
        y,
        batch_size=config["batch_size"],
        epochs=EPOCHS,
        validation_data=(data["x_validation"], data["y_validation"]),
        callbacks=[ReportEpoch()],
        verbose=0,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--best", action="store_true", help="Print the best of what is there.")
    if parser.parse_args().best:
        results = tune.ExperimentAnalysis(str(RESULTS / "cifar100"))
        print(json.dumps(results.get_best_config("val_accuracy", "max")))
        return
    tuner = tune.Tuner(
        tune.with_resources(train, {"cpu": 1}),
        param_space=SPACE,
        tune_config=tune.TuneConfig(
            metric="val_accuracy",
            mode="max",
            search_alg=OptunaSearch(points_to_evaluate=[BASELINE]),
            scheduler=ASHAScheduler(max_t=EPOCHS, grace_period=1, reduction_factor=2),
            num_samples=1000,
        ),
        run_config=tune.RunConfig(name="cifar100", storage_path=str(RESULTS), verbose=0),
    )
    tuner.fit()


if __name__ == "__main__":
    main()
