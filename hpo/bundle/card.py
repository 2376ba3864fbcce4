"""The model card of a bundle: what the model is, how good, and how to use and check it."""

from hpo.answer import tables
from hpo.bundle.best import BestConfiguration

_CARD = """\
# {study}: the best configuration of a study of {definition}

A Keras classifier of images of {height} x {width} pixels in {channels} into {n_classes} classes:
{classes}. It was trained from scratch on the study's training images alone, with seed {seed}: the
first of the final phase that gave a model, and not chosen for its score.

{result}
## Each class of the holdout

{class_table}

## Use

{use}

Pictures are cropped to the middle and resized; those of anything else than the classes above are
given one of these names all the same, sometimes with a high probability. The images it was judged
on come from the same collection as those it was trained on; on other pictures expect less.

## Check

```console
$ hpo verify BUNDLE             # this folder: hashes, verdict, model and predictions
$ hpo verify BUNDLE --retrain   # and the training itself
```

`hpo verify` needs the same version of hpo (commit {commit}) and the data, no database. It
opens the holdout outside any database, where no study counts it. The hashes in `manifest.json`
prove that nothing was changed since the bundle was written; they do not prove who wrote it.

| file | holds |
| --- | --- |
| `best.json` | parameters, seeds, scores with intervals, verdict |
| `model.keras` | the trained model, if the study kept it |
| `predictions.npz` | what every final model answered on validation, holdout and new classes |
| `splits.json` | which image of the raw data served for what |
| `environment.json`, `uv.lock` | versions, device and commit |
| `report.html` | the report of the study with its pictures, for any browser |
| `manifest.json` | the hash of every file |

Trained on {device}; Keras {keras}. Retrained on the same kind of device with the same versions it
scores {score:.4f} on validation again, to the last digit; elsewhere {elsewhere}.
"""
_PREDICT = """\
```console
$ hpo predict BUNDLE picture.png    # this folder; three most probable classes
```
"""
_NO_MODEL = """\
The study kept no model. `hpo train --config best.json --out model.keras` trains it again.
"""


def write(best: BestConfiguration, *, has_model: bool) -> str:
    """The card as Markdown."""
    height, width, channels = best.image_shape
    names = best.class_names["search"]
    training = best.training
    return _CARD.format(
        study=best.study,
        definition=best.definition,
        height=height,
        width=width,
        channels="colour" if channels == 3 else "grey",
        n_classes=len(names),
        classes=", ".join(names),
        seed=training.seed,
        result=tables.markdown(best),
        class_table=tables.class_table(best),
        commit=training.provenance.git_commit or "unknown",
        device=training.provenance.device,
        keras=training.provenance.versions.get("keras", "of unknown version"),
        score=training.score,
        use=_PREDICT if has_model else _NO_MODEL,
        elsewhere=(
            "it is not known what to expect"
            if training.tolerance is None
            else f"a score within {training.tolerance:.3f} of that is to be expected"
        ),
    )
