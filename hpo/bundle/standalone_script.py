"""A script that trains the best configuration on its own, with nothing of this package.

It is put together from the very sources that train here, so that it gives the very same score:
the model's, the optimizer's and the data's. Only the loop around them is written out below, after
`training` and `evaluation` in `studies.image_classification`; the tests hold the two together.
"""

import ast
import builtins
import inspect
import json
import symtable
import textwrap
from collections.abc import Iterator
from string import Template
from types import FunctionType

from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.model_loading import has_own_trainer
from hpo.definition_loader import Definition
from hpo.devices.child_environment import ONEDNN
from hpo.errors import UsageError
from hpo.provenance import TENSORFLOW
from studies.data.image_source import ScriptLoader
from studies.image_classification import augmentation, evaluation, targets
from studies.image_classification.study import BuildModel, ImageClassification
from studies.keras_training import optimizers, trained_model
from studies.keras_training.fused_normalisation import fused_normalisation

_IMPORTS = (
    "import argparse",
    "import math",
    "import os",
    "from contextlib import contextmanager",
)
_PACKAGES = ("tensorflow", "keras", "numpy")


def standalone(definition: Definition, best: BestConfiguration) -> str:
    """The source of the script, of some 250 lines. It needs TensorFlow and NumPy alone.

    Raises:
        UsageError: the definition trains in a way of its own, or its `build_model` needs more
            than what stands in it.
    """
    study = definition.study.with_settings(best.settings)
    if has_own_trainer(definition):
        raise _refused(definition, "for it brings a trainer of its own")
    assert isinstance(study, ImageClassification), "any other has a trainer of its own"
    if (backend := best.training.provenance.versions.get("backend")) != TENSORFLOW:
        raise _refused(definition, f"for it was trained with {backend}")
    loader = study.data.script_loader() or _PREPARED
    imports, load_images = _imports_apart(_plain(loader.source))
    # Most configurations leave images as they are, and need not say how they would be changed.
    changing = _CHANGING if augmentation.is_asked(best.winner.params) else ()
    versions = best.training.provenance.versions
    packages = [f"{name}=={versions[name]}" for name in _PACKAGES if name in versions]
    return Template(_SCRIPT).substitute(
        study=_quoted(best.study),
        definition=_quoted(definition.name),
        definition_hash=definition.hash,
        data_sha256=best.data_sha256,
        verdict=textwrap.fill(_quoted(best.verdict), 95, break_on_hyphens=False),
        python=versions.get("python", "3"),
        packages=" ".join(packages or _PACKAGES),
        device=_quoted(best.training.provenance.device),
        usage=f"[{loader.argument}]" if loader.optional else loader.argument,
        imports="\n".join(sorted({*_IMPORTS, *imports}, key=_isorted)),
        seed=best.training.seed,
        epochs=study.epochs,
        params="".join(map(_entry, best.winner.params.items())),
        exported=f"{best.training.score!r} {best.training.loss!r}",
        load_images=load_images,
        build_model=_model(definition, study.build_model),
        recipe="\n\n\n".join(_plain(inspect.getsource(each)) for each in (*_RECIPE, *changing)),
        drawn="draw(PARAMS, x_train.shape[1:], len(x_train), SEED, epoch)" if changing else "{}",
        changed="apply(PARAMS, x, drawn)" if changing else "x",
        precision=study.policy,
        # What training and evaluation keep to themselves, so that it cannot be another here.
        batch_size=trained_model.BATCH_SIZE,
        smallest=evaluation._SMALLEST_PROBABILITY,
        onednn=best.training.provenance.environment.get(ONEDNN, "1"),
        argument=json.dumps(loader.argument),
        nargs=json.dumps("?") if loader.optional else None,
        explanation=json.dumps(loader.explanation),
    )


def _refused(definition: Definition, why: str) -> UsageError:
    return UsageError(
        f"no script can train '{definition.name}' without hpo, {why}", "`hpo train` trains it"
    )


def _quoted(text: str) -> str:
    """As it can stand in a docstring, on one line."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")


def _entry(param: tuple[str, object]) -> str:
    name, value = param
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
    return f"    {json.dumps(name, ensure_ascii=False)}: {shown},\n"


def _isorted(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line


def _model(definition: Definition, build: BuildModel) -> str:
    """The source of `build_model`, under that name."""
    try:
        source = textwrap.dedent(inspect.getsource(build))
        (function,) = ast.parse(source).body
    except (OSError, TypeError, SyntaxError):
        function = ast.Pass()
    if not isinstance(build, FunctionType) or not isinstance(function, ast.FunctionDef):
        raise _refused(definition, "for its build_model is no function that stands by itself")
    source = _plain(source, "build_model")
    if foreign := sorted(set(_foreign(symtable.symtable(source, "build_model", "exec")))):
        raise _refused(
            definition, f"for its build_model uses {', '.join(foreign)} from outside of it"
        )
    return source


def _foreign(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that neither the source in `table` nor Python itself defines."""
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if symbol.is_referenced() and symbol.is_global() and not hasattr(builtins, name):
            yield name
    for child in table.get_children():
        yield from _foreign(child)


def _plain(source: str, name: str | None = None) -> str:
    """`source` with bare functions: without annotations, for it leaves behind what they name, and
    with the first line of a docstring. The first function takes the name `name`."""
    lines = source.rstrip().splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    functions[0].name = name or functions[0].name
    for function in sorted(functions, key=lambda node: node.lineno, reverse=True):
        body = function.body[0]
        start = min(node.lineno for node in (body, *getattr(body, "decorator_list", ())))
        header = f"{' ' * function.col_offset}def {function.name}({_arguments(function)}):"
        if (line := lines[start - 1])[: body.col_offset].strip():  # all on one line
            lines[function.lineno - 1 : start] = [f"{header} {line[body.col_offset :]}"]
            continue
        if ast.get_docstring(function) and '"""' in line and body.end_lineno != start:
            lines[start - 1 : body.end_lineno] = [line + '"""']
        lines[function.lineno - 1 : start - 1] = [header]
    return "\n".join(lines)


def _arguments(function: ast.FunctionDef) -> str:
    for node in ast.walk(function.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(function.args)


def _imports_apart(source: str) -> tuple[list[str], str]:
    """The lines of `source` that import, which come first, and the others."""
    body = ast.parse(source).body
    end = max(
        (node.lineno for node in body if isinstance(node, ast.Import | ast.ImportFrom)), default=0
    )
    lines = source.splitlines()
    return lines[:end], "\n".join(lines[end:]).strip()


_RECIPE = (
    targets.targets, targets.loss_of, optimizers.batch_size, optimizers.build_optimizer, fused_normalisation,
)  # fmt: skip
_CHANGING = (augmentation.draw, augmentation.apply)

_PREPARED = ScriptLoader(
    argument="search.npz",
    optional=False,
    explanation="the prepared training file",
    source='''
def load_images(file):
    """x_train, y_train, x_validation, y_validation of the prepared file."""
    names = ("x_train", "y_train", "x_validation", "y_validation")
    with np.load(file, allow_pickle=False) as arrays:
        return [arrays[name] for name in names]
''',
)

_SCRIPT = '''\
"""Trains the best configuration of the study '$study', without hpo. Its verdict:

$verdict

    pip install $packages
    python train.py $usage [--threads N] [--out model.keras]

With these versions, Python $python and the same kind of device and number of threads it comes to
the exported score, to the last digit. Set CUDA_VISIBLE_DEVICES="" to keep it off a GPU.

device      $device
definition  $definition, sha256 $definition_hash
data        sha256 $data_sha256
"""

$imports

import numpy as np

SEED = $seed
EPOCHS = $epochs
PRECISION = "$precision"
PARAMS = {
$params}
EXPORTED = "$exported"


$load_images


$build_model


$recipe


def train(x_train, y_train, x_validation, y_validation):
    """The model, with its accuracy and loss on the validation images after the last epoch."""
    import keras
    import tensorflow

    # Whatever a keras.json says here.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.utils.set_random_seed(SEED)
    tensorflow.config.experimental.enable_op_determinism()
    tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    keras.config.set_dtype_policy(PRECISION)
    n_classes = int(y_train.max()) + 1
    model = build_model(PARAMS, x_train.shape[1:], n_classes)
    keras.config.set_dtype_policy("float32")
    n_batch = batch_size(PARAMS)
    if model.compiled:
        optimizer, loss = model.optimizer, model.loss
    else:
        optimizer = build_optimizer(PARAMS, math.ceil(len(x_train) / n_batch), EPOCHS)
        loss = loss_of(PARAMS)
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    y_train = targets(PARAMS, y_train, n_classes)
    # Its variables are made before the epoch is traced.
    model.compute_metrics(x_train[:1], y_train[:1], model(x_train[:1]))
    model.optimizer.build(model.trainable_variables)
    weights = model.trainable_variables

    @tensorflow.function(autograph=False)
    def train_epoch(x, y, drawn):
        x = $changed

        def step(start):
            batch = slice(start, start + n_batch)
            model.train_step((x[batch], y[batch]))
            return start + n_batch

        with fused_normalisation():
            n = len(x_train)
            tensorflow.while_loop(lambda start: start < n, step, [0], parallel_iterations=1)

    for epoch in range(1, EPOCHS + 1):
        order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
        drawn = $drawn
        model.reset_metrics()
        drawn = {name: each[order] for name, each in drawn.items()}
        given = x_train[order], y_train[order], drawn
        train_epoch(*tensorflow.nest.map_structure(tensorflow.constant, given))
        trained = {name: float(value) for name, value in model.get_metrics_result().items()}
        if model.optimizer.use_ema:
            held = [np.asarray(weight).copy() for weight in weights]
            model.optimizer.finalize_variable_values(weights)
        answers = model.predict(x_validation, batch_size=$batch_size, verbose=0).astype(np.float64)
        of_truth = answers[np.arange(len(y_validation)), y_validation]
        loss = float(-np.log(np.clip(of_truth, $smallest, 1.0)).mean())
        accuracy = float((answers.argmax(axis=1) == y_validation).mean())
        told = {**trained, "val_loss": loss, "val_accuracy": accuracy}
        shown = (f"{name} {value:.4f}" for name, value in told.items())
        print(f"epoch {epoch}", *shown, flush=True)
        if model.optimizer.use_ema and epoch < EPOCHS:
            for weight, value in zip(weights, held):
                weight.assign(value)
    return model, accuracy, loss


if __name__ == "__main__":
    what = $explanation
    parser = argparse.ArgumentParser()
    parser.add_argument("data", metavar=$argument, nargs=$nargs, help=what)
    parser.add_argument("--threads", metavar="N", default="1", help="on the CPU; 1 if not given")
    parser.add_argument("--out", metavar="FILE", help="where to save the model; ends in .keras")
    given = parser.parse_args()
    if given.out and not given.out.endswith(".keras"):
        parser.error("the name of --out must end in .keras")
    # TensorFlow reads these when it is imported, which is why the functions above import it.
    os.environ |= {"OMP_NUM_THREADS": given.threads, "TF_NUM_INTRAOP_THREADS": given.threads}
    os.environ |= {"TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": "$onednn"}
    model, accuracy, loss = train(*load_images(given.data))
    if given.out:
        model.save(given.out)
    print(f"val_accuracy {accuracy!r} val_loss {loss!r} (exported: {EXPORTED})")
'''
