"""What a supervisor and its children say to each other: JSON, one message at a time."""

from multiprocessing.connection import Connection
from typing import Annotated, Any, Literal

from pydantic import (
    Base64Bytes,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
)

from studies.errors import Fault

# Optuna's column for an attribute takes 64 KiB on MySQL: two such texts, each character escaped.
MOST_CHARACTERS = 5_000


def as_text(text: str) -> str:
    """`text` with what no database or JSON takes, as any program may print it, replaced, and its
    middle left out where it is very long."""
    if len(text) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        text = f"{text[:half]}\n[...]\n{text[-half:]}"
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


Text = Annotated[str, BeforeValidator(as_text)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfDefinition(_Message):
    """What a definition does is asked for."""

    definition: str
    definition_hash: str
    settings: dict[str, Any]


class OfConfiguration(OfDefinition):
    """What it makes of a configuration."""

    params: dict[str, str | bool | int | float | None]


class Work(OfConfiguration):
    """To the child: train this. Only a final job is given a holdout file."""

    kind: Literal["work"] = "work"
    seed: int
    training_file: str
    holdout_file: str | None = None
    # Where the trained model is to be saved; None where nobody wants it.
    model_file: str | None = None
    # The checkpoint to go on from.
    checkpoint_file: str | None = None
    # Where new ones go, with the epoch and an ending added, and how often; None where nobody wants
    # any.
    checkpoint_stem: str | None = None
    checkpoint_seconds: float = 0.0


class Call(OfDefinition):
    """To the child: call this objective. `known` are the names of the parameters that the trial has already,
    from when its worker was lost; checkpoints are as those of work, of the folder that it has."""

    kind: Literal["call"] = "call"
    study: str
    seed: int
    number: int
    began_ms: int
    known: tuple[str, ...] = ()
    # To be judged with these, by the function of the file that does; None where the objective is called.
    judged: dict[str, str | bool | int | float | None] | None = None
    checkpoint_file: str | None = None
    checkpoint_number: int = 0
    """How often the folder was kept before."""
    checkpoint_stem: str
    checkpoint_seconds: float = 0.0


class Question(OfConfiguration):
    """To the child: how does this model, rebuilt by the definition's code, classify these images?
    Of `model_file` the weights are read; `images_file` is a holdout file, of which the labels are
    not looked at."""

    kind: Literal["question"] = "question"
    n_classes: int
    model_file: str
    images_file: str


class Answer(_Message):
    """To the child, after each report and each checkpoint. With `leave` it is to write a checkpoint
    and end there, because its worker does; with `pause`, because others are better."""

    kind: Literal["answer"] = "answer"
    go_on: bool
    leave: bool = False
    pause: bool = False


class Suggest(_Message):
    """From the child: which value has the parameter of that name, of a distribution as Optuna writes it
    in JSON?"""

    kind: Literal["suggest"] = "suggest"
    name: str
    distribution: str


class Suggested(_Message):
    """To the child: that value, as Optuna stores it."""

    kind: Literal["suggested"] = "suggested"
    internal: float


class Attribute(_Message):
    """From the child: keep this with the trial; what is a constraint, its sampler heeds, and what is the
    system's, Optuna's own helpers read."""

    kind: Literal["attribute"] = "attribute"
    key: str
    value: Any
    is_constraint: bool = False
    is_systems: bool = False


class Refused(_Message):
    """To the child: what it asked for cannot be."""

    kind: Literal["refused"] = "refused"
    reason: Text


class Prove(_Message):
    """To the child: show that Keras can train here."""

    kind: Literal["prove"] = "prove"


class Proven(_Message):
    """From the child: it can. If not, it is Unfit, as the machine is, or Faulty, as the device is."""

    kind: Literal["proven"] = "proven"


class Measure(_Message):
    """To the child: train a little in either precision."""

    kind: Literal["measure"] = "measure"


class Probed(_Message):
    """How one precision did (studies.keras_training.keras_selftest): seconds an epoch and the loss after each, or
    why it did not."""

    seconds: FiniteFloat = 0.0
    losses: tuple[FiniteFloat, ...] = ()
    error: Text = ""


class Measured(_Message):
    """From the child: how both did."""

    kind: Literal["measured"] = "measured"
    float32: Probed
    mixed_bfloat16: Probed


class Ready(_Message):
    """From the child: it has started and waits for work."""

    kind: Literal["ready"] = "ready"


class Report(_Message):
    """From the child: an epoch is done. `epoch` counts from 1; `score` is the study's metric on
    validation, `loss` the validation loss, where the trainer tells one; `seconds` is the epoch's
    duration; `resumed_from` is the epoch of the checkpoint that this training went on from,
    `not_resumed` why it did not although it was given one; `hopeless` is why its study expects
    nothing of it any more; `resumable` says that a checkpoint can be written after it."""

    kind: Literal["report"] = "report"
    epoch: int
    score: FiniteFloat
    loss: FiniteFloat | None = None
    seconds: FiniteFloat
    resumed_from: int = 0
    not_resumed: Text | None = None
    hopeless: Text | None = None
    resumable: bool = False


class Kept(_Message):
    """From the child: a checkpoint after `epoch` is whole, on this machine's disk."""

    kind: Literal["kept"] = "kept"
    epoch: int
    file: str
    size_bytes: int
    sha256: str


class Left(_Message):
    """From the child: it ended after `epoch` because it was told to leave."""

    kind: Literal["left"] = "left"
    epoch: int


class Paused(_Message):
    """From the child: it ended after `epoch`, behind its checkpoint, because it was told to pause."""

    kind: Literal["paused"] = "paused"
    epoch: int


class Evaluated(_Message):
    """One split as the trained model sees it: one byte an image in labels and predictions, one
    little-endian float32 an image in losses, which are in nats. Of what names no classes there are losses
    alone, and these are whatever the study judges by."""

    split: str
    labels: Base64Bytes
    predictions: Base64Bytes
    losses: Base64Bytes


class Trained(_Message):
    """From the child: the work is done. `score` and `loss` are the last epoch's, on validation; an
    objective gives a score alone."""

    kind: Literal["trained"] = "trained"
    score: FiniteFloat
    loss: FiniteFloat | None = None
    scores: tuple[FiniteFloat, ...] = ()
    """All values of an objective that gives several, of which the first is its score."""
    evaluations: tuple[Evaluated, ...] = ()
    model_file: str | None = None
    metrics: dict[str, FiniteFloat] = {}
    """What else a training told of its last epoch, of which the search job's trial keeps as much."""
    constraints: dict[str, FiniteFloat] = {}
    """How far beyond its bounds that is."""
    not_kept: str | None = None
    """Why there is no such file, where the definition's code could not write it."""


class Classified(_Message):
    """From the child: the class probabilities of each image, little-endian float32 (n, k)."""

    kind: Literal["classified"] = "classified"
    probabilities: Base64Bytes


class Pruned(_Message):
    """From the child: it stopped after `epoch` because it was told to; `hopeless` as it had said."""

    kind: Literal["pruned"] = "pruned"
    epoch: int
    hopeless: Text | None = None


class Diverged(_Message):
    """From the child: the loss is no longer a number."""

    kind: Literal["diverged"] = "diverged"
    epoch: int
    reason: Text


class Raised(_Message):
    """From the child: the definition's code, or training, raised."""

    kind: Literal["raised"] = "raised"
    error: Text
    traceback: Text


class Unfit(_Message):
    """From the child: this machine cannot do the work, though another may: its definition is not
    the study's any more, or its data cannot be read. Says nothing of the job."""

    kind: Literal["unfit"] = "unfit"
    reason: Text


class Faulty(_Message):
    """From the child: what was raised is the machine's fault, not the definition's: memory ran
    out, or the device does not work."""

    kind: Literal["faulty"] = "faulty"
    fault: Fault
    error: Text
    traceback: Text


Outcome = Trained | Pruned | Diverged | Raised
FromChild = (
    Ready
    | Proven
    | Measured
    | Report
    | Suggest
    | Attribute
    | Kept
    | Left
    | Paused
    | Unfit
    | Faulty
    | Classified
    | Outcome
)
ToChild = Work | Call | Question | Prove | Measure | Answer | Suggested | Refused

_FROM_CHILD: TypeAdapter[FromChild] = TypeAdapter(Annotated[FromChild, Field(discriminator="kind")])
_TO_CHILD: TypeAdapter[ToChild] = TypeAdapter(Annotated[ToChild, Field(discriminator="kind")])


def send(pipe: "Connection[Any, Any]", message: FromChild | ToChild) -> None:
    """Raises:
    OSError: the other side is gone.
    """
    pipe.send_bytes(message.model_dump_json().encode())


def receive_from_child(pipe: "Connection[Any, Any]") -> FromChild:
    """Raises:
    EOFError, OSError: the child is gone.
    """
    return _FROM_CHILD.validate_json(pipe.recv_bytes())


def receive_in_child(pipe: "Connection[Any, Any]") -> ToChild:
    """Raises:
    EOFError, OSError: the supervisor is gone.
    """
    return _TO_CHILD.validate_json(pipe.recv_bytes())
