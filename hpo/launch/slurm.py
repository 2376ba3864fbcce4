"""Slurm: an array of one-node jobs, which start, are preempted and are requeued one by one."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import UsageError, WorkFailed
from hpo.launch.worker_order import WorkerOrder, call

MOST_WORKERS = 10_000
# Journals belong on a disk of the node: Slurm names the job's own, which goes with it, or there is /tmp.
SCRIPT = """\
# A worker leaves with 75 when it is asked to, ahead of the time limit or of a preemption: its job is queued
# again, and what it trained goes on from its checkpoint, there or elsewhere.
{exports}
export HPO_STATE_DIR="${{SLURM_TMPDIR:-${{TMPDIR:-/tmp}}}}/hpo-$(id -u)"
mkdir -m 700 "$HPO_STATE_DIR" 2>/dev/null
[ -O "$HPO_STATE_DIR" ] || HPO_STATE_DIR=$(mktemp -d)  # somebody else has made it
export HPO_CPU_SLOTS="${{HPO_CPU_SLOTS:-${{SLURM_CPUS_PER_TASK:-}}}}"
{command} &
worker=$!
trap 'kill -TERM "$worker" 2>/dev/null' TERM USR1 INT
wait "$worker"
while kill -0 "$worker" 2>/dev/null; do wait "$worker"; done
wait "$worker"
code=$?
job="${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
# One that was cancelled is completing by now.
if [ "$code" -eq 75 ] && [ "$(squeue --noheader --jobs "$job" --format %T)" = RUNNING ]; then
    scontrol requeue "$job" || echo "hpo: this job cannot be queued again" >&2
fi
exit "$code"
"""


@dataclass(frozen=True)
class Array:
    """So many one-node jobs, each with these."""

    workers: int
    gpus_per_worker: int = 0
    cpus_per_worker: int | None = None
    time: str | None = None
    partition: str | None = None
    account: str | None = None
    options: Sequence[str] = ()
    """More of sbatch, such as --mem=16G."""

    def __post_init__(self) -> None:
        """Raises:
        UsageError: a number that cannot be meant.
        """
        for option, value, least in (
            ("--workers", self.workers, 1),
            ("--gpus-per-worker", self.gpus_per_worker, 0),
            ("--cpus-per-worker", self.cpus_per_worker, 1),
        ):
            if value is not None and not least <= value <= MOST_WORKERS:
                raise UsageError(f"{option} {value} is not between {least} and {MOST_WORKERS}")
        for option in self.options:
            if not option.startswith("-") or "\n" in option:
                raise UsageError(f"--sbatch-option '{option}' is none", "write it as sbatch has it")


def compose(order: WorkerOrder, array: Array, folder: Path) -> str:
    """The script that sbatch is given; logs, and what is secret, lie in `folder`, which all nodes see."""
    exports = "\n".join(
        f"export {name}={shlex.quote(value)}" for name, value in order.environment(folder).items()
    )
    head = "\n".join(
        ["#!/bin/bash", *(f"#SBATCH {each}" for each in _directives(order, array, folder))]
    )
    return f"{head}\n\n{SCRIPT.format(exports=exports, command=shlex.join(order.command))}"


def submit(script: str) -> str:
    """Hands it to sbatch; returns the id of the array.

    Raises:
        WorkFailed: it is refused, in the words of sbatch.
        UsageError: there is no sbatch here.
    """
    return _call("sbatch", "--parsable", given=script).split(";")[0]


def stop(name: str) -> list[str]:
    """Cancels the jobs of that name that are one's own: workers leave with a checkpoint, and are not queued
    again. Returns their ids.

    Raises:
        WorkFailed: Slurm refuses, or does not answer.
        UsageError: there is no Slurm here.
    """
    queued = _call("squeue", "--me", "--noheader", "--name", name, "--format", "%A").split()
    ids = sorted(set(queued), key=int)
    if ids:
        _call("scancel", *ids)
    return ids


def _directives(order: WorkerOrder, array: Array, folder: Path) -> Iterator[str]:
    yield f"--job-name={order.name}"
    yield f"--array=1-{array.workers}"
    yield "--nodes=1"
    yield "--ntasks=1"
    yield "--requeue"
    yield "--open-mode=append"  # of one that was requeued the log goes on
    # Slurm takes quotes as a shell does.
    yield f"--output={shlex.quote(str(folder / f'{order.name}-%A_%a.log'))}"
    yield f"--signal=B:TERM@{order.warning_seconds}"
    if array.gpus_per_worker:
        yield f"--gres=gpu:{array.gpus_per_worker}"
    if array.cpus_per_worker is not None:
        yield f"--cpus-per-task={array.cpus_per_worker}"
    for option in ("time", "partition", "account"):
        if (value := getattr(array, option)) is not None:
            yield f"--{option}={shlex.quote(value)}"
    yield from array.options


def _call(program: str, *arguments: str, given: str | None = None) -> str:
    done = call([program, *arguments], given, "run this where Slurm's commands are")
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise WorkFailed(f"{program} refuses: {said}")
    return done.stdout.strip()
