"""Objectives of the kinds that people bring along from Optuna, each small enough for a test."""

import warnings
from typing import Any

import numpy as np
import optuna
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

IRIS: Any = load_iris(return_X_y=True)
DIABETES: Any = load_diabetes(return_X_y=True)


def function(trial: optuna.Trial) -> float:
    """A plain one, of names that are made while it runs."""
    return sum((trial.suggest_float(f"x{index}", -5, 5) - index) ** 2 for index in range(3))


def forest(trial: optuna.Trial) -> float:
    """Scikit-learn, with `None` among the options."""
    trees = RandomForestClassifier(
        n_estimators=trial.suggest_int("trees", 2, 20, log=True),
        max_depth=trial.suggest_categorical("depth", [None, 2, 4]),
        random_state=trial.seed % 2**32,
    )
    return float(cross_val_score(trees, *IRIS, cv=3).mean())


def either(trial: optuna.Trial) -> float:
    """One of two models, each with parameters of its own."""
    if trial.suggest_categorical("model", ["svc", "knn"]) == "svc":
        model = SVC(C=trial.suggest_float("c", 1e-3, 1e3, log=True), gamma="auto")
    else:
        model = KNeighborsClassifier(n_neighbors=trial.suggest_int("neighbours", 1, 9, step=2))
    return float(cross_val_score(model, *IRIS, cv=3).mean())


def steps(trial: optuna.Trial) -> float:
    """Trained step by step, and pruned."""
    fit_on, check, y_fit, y_check = train_test_split(*IRIS, random_state=0)
    model = SGDClassifier(alpha=trial.suggest_float("alpha", 1e-5, 1e-1, log=True), random_state=0)
    for step in range(12):
        model.partial_fit(fit_on, y_fit, classes=np.unique(y_fit))
        trial.report(model.score(check, y_check), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return float(model.score(check, y_check))


def boosting(trial: optuna.Trial) -> float:
    """LightGBM, with a callback of its own that reports and prunes."""
    import lightgbm

    fit_on, check, y_fit, y_check = train_test_split(*DIABETES, random_state=0)

    def report(env: Any) -> None:
        trial.report(env.evaluation_result_list[0][2], env.iteration)
        if trial.should_prune():
            raise optuna.TrialPruned

    params = {
        "objective": "regression", "metric": "l2", "verbosity": -1, "num_threads": 1,
        "num_leaves": trial.suggest_int("leaves", 2, 32),
        "learning_rate": trial.suggest_float("rate", 1e-2, 0.3, log=True),
    }  # fmt: skip
    train = lightgbm.Dataset(fit_on, y_fit)
    valid = lightgbm.Dataset(check, y_check, reference=train)
    model = lightgbm.train(params, train, 10, valid_sets=[valid], callbacks=[report])
    return float(np.mean((np.asarray(model.predict(check)) - y_check) ** 2))


def constrained(trial: optuna.Trial) -> float:
    """Some of its values are not feasible."""
    x, y = trial.suggest_float("x", -15, 30), trial.suggest_float("y", -15, 30)
    trial.set_constraint("disc", (x - 5) ** 2 + y**2 - 25)
    return 4 * x**2 + 4 * y**2


def two_ways(trial: optuna.Trial) -> tuple[float, float]:
    """Two values, of two directions."""
    neighbours = trial.suggest_int("neighbours", 1, 40)
    score = cross_val_score(KNeighborsClassifier(neighbours), *IRIS, cv=3).mean()
    return float(score), float(neighbours)


def told(trial: optuna.Trial) -> float:
    """It keeps what it found beside its value."""
    weight = trial.suggest_float("weight", 0, 1)
    scores = cross_val_score(SVC(C=weight + 0.01), *IRIS, cv=3)
    trial.set_user_attr("scores", scores.tolist())
    trial.set_user_attr("named", {"number": trial.number, "params": trial.params})
    return float(scores.mean())


def older(trial: optuna.Trial) -> float:
    """As scripts of Optuna 2 are written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = trial.suggest_uniform("x", -1, 1)
        y = trial.suggest_loguniform("y", 1e-3, 1)
        z = trial.suggest_discrete_uniform("z", 0, 1, 0.25)
    return x + y + z


def network(trial: optuna.Trial) -> float:
    """Keras, with a callback that reports and prunes."""
    import keras

    keras.utils.set_random_seed(trial.seed % 2**32)

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            trial.report(logs["val_loss"], epoch)
            if trial.should_prune():
                raise optuna.TrialPruned

    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    layers = [keras.layers.Dense(trial.suggest_int("units", 4, 16), "relu"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(rate), "mse")
    x, y = DIABETES
    done = model.fit(
        x, y / 100, validation_split=0.3, epochs=3, batch_size=64, verbose=0, callbacks=[Report()]
    )
    return float(done.history["val_loss"][-1])


def torch_network(trial: optuna.Trial) -> float:
    """PyTorch, where it is installed."""
    import torch

    torch.manual_seed(trial.seed % 2**32)
    x, y = (torch.tensor(part.tolist(), dtype=torch.float32) for part in IRIS)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, trial.suggest_int("units", 4, 16)),
        torch.nn.ReLU(),
        torch.nn.LazyLinear(3),
    )
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for step in range(20):
        loss = torch.nn.functional.cross_entropy(model(x), y.long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        trial.report(loss.item(), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return float(loss.item())
