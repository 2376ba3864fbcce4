"""The model card of a bundle: what the model is, how good, and how to use and check it."""

from hpo.bundle import manifest
from hpo.bundle.best_json import BestConfiguration
from hpo.formatting import unmarked
from hpo.report import markdown
from hpo.result import result_tables

_CARD = """\
# {study}: the best configuration of a study of {definition}

A{kind} classifier of images of {height} x {width} pixels in {channels} into {n_classes} classes:
{classes}. It was trained from scratch on the study's training images alone, with seed {seed}: the
first of the final phase that gave a model, and not chosen for its score.

### {title}

{scores}

{changes}

{verdict}

{remarks}

## Each class of the holdout

{class_scores}

{of_classes}

## Use

{use}

Pictures are cropped to the middle and resized; those of anything else than the classes above are
given one of these names all the same, sometimes with a high probability. The images it was judged
on come from the same collection as those it was trained on; on other pictures expect less.

## Check

```console
$ hpo verify BUNDLE             # this folder: hashes, verdict, predictions{and_model}
$ hpo verify BUNDLE --retrain   # and the training itself
```

`hpo verify` needs the same version of hpo (commit {commit}) and the data, no database. It
opens the holdout outside any database, where no study counts it. The hashes in `manifest.json`
prove that nothing was changed since the bundle was written; they do not prove who wrote it.

| file | holds |
| --- | --- |
| `best.json` | parameters, seeds, scores with intervals, verdict |
{model_row}| `predictions.npz` | what every final model answered on {answered} |
| `splits.json` | which image of the raw data served for what |
| `environment.json`, `uv.lock` | versions, device and commit |
| `report.html` | the report of the study with its pictures, for any browser |
| `manifest.json` | the hash of every file |

Trained on {device}{keras}, in {precision}. Retrained on the same kind of device with the same versions it
scores {score:.4f} on validation again, to the last digit; elsewhere {elsewhere}.
"""
_PREDICT = """\
```console
$ hpo predict BUNDLE picture.png    # this folder; three most probable classes
```
"""
_OTHER = f"""\
`{manifest.OTHER_MODEL}` holds what the definition's own trainer saved, which is no Keras model: load it
with the definition's code. As nothing in a bundle is executed, neither `hpo predict` nor `hpo verify`
can.
"""
_NO_MODEL = """\
The study kept no model. `hpo train --config best.json --out FILE` trains it again.
"""
_USE = {manifest.MODEL: _PREDICT, manifest.OTHER_MODEL: _OTHER}


def write(best: BestConfiguration, model: str | None) -> str:
    """The card as Markdown; `model` is the name of the model's file in the bundle, if there is one."""
    is_keras = model == manifest.MODEL
    height, width, channels = best.image_shape
    names = best.class_names["search"]
    training = best.training
    keras = training.provenance.versions.get("keras", "of unknown version")
    told = result_tables.of_result(best)
    return _CARD.format(
        study=unmarked(best.study),
        definition=unmarked(best.definition),
        height=height,
        width=width,
        channels="colour" if channels == 3 else "grey",
        n_classes=len(names),
        classes=", ".join(map(unmarked, names)),
        seed=training.seed,
        title=unmarked(told.title),
        scores=markdown.table(told.scores),
        changes=markdown.table(told.changes),
        answered=f"validation{', holdout and new classes' if best.class_names['new'] else ' and holdout'}",
        verdict=markdown.verdict(told.verdict),
        remarks=markdown.remarks(told.remarks),
        class_scores=markdown.table(told.classes),
        commit=training.provenance.git_commit or "unknown",
        device=unmarked(training.provenance.device),
        keras=f"; Keras {keras}" if is_keras else "",
        precision=best.settings["precision"],
        kind=" Keras" if is_keras else "",
        and_model=" and model" if is_keras else "",
        model_row="" if model is None else f"| `{model}` | the trained model |\n",
        of_classes=told.of_classes,
        score=training.score,
        use=_NO_MODEL if model is None else _USE[model],
        elsewhere=(
            "it is not known what to expect"
            if training.tolerance is None
            else f"a score within {training.tolerance:.3f} of that is to be expected"
        ),
    )
