"""The same for KerasTuner."""

import keras
import keras_tuner
import numpy as np
from sklearn.model_selection import train_test_split

arrays = np.load("mine.npz")
x_train, x_valid, y_train, y_valid = train_test_split(
    arrays["x"], arrays["y"], stratify=arrays["y"], random_state=0
)
n_classes = len(np.unique(y_train))


class Network(keras_tuner.HyperModel):
    def build(self, hp):
        activation = hp.Choice("activation", ["relu", "swish", "tanh"])
        filters = hp.Choice("filters", [16, 32, 64], default=32)
        model = keras.Sequential([keras.Input(x_train.shape[1:]), keras.layers.Rescaling(1 / 255)])
        for layer in range(hp.Int("conv_layers", 1, 4, default=3)):
            model.add(
                keras.layers.Conv2D(filters * 2**layer, 3, padding="same", activation=activation)
            )
            model.add(keras.layers.MaxPooling2D())
        model.add(keras.layers.Flatten())
        units = hp.Choice("dense_units", [64, 128, 256], default=128)
        model.add(keras.layers.Dense(units, activation=activation))
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        optimizer = keras.optimizers.get(hp.Choice("optimizer", ["adam", "rmsprop", "sgd"]))
        optimizer.learning_rate = hp.Float(
            "learning_rate", 1e-4, 1e-2, sampling="log", default=1e-3
        )
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hp, model, *args, **kwargs):
        batch_size = hp.Choice("batch_size", [16, 32, 64], default=32)
        return model.fit(*args, batch_size=batch_size, **kwargs)


tuner = keras_tuner.Hyperband(Network(), "val_accuracy", max_epochs=20, directory="tuned")
tuner.search(x_train, y_train, validation_data=(x_valid, y_valid), verbose=0)
print(tuner.get_best_hyperparameters()[0].values)
