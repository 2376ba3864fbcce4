"""What is known of a study as a person says it, and text of others made fit to be shown."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpo.device_hours import Cost
    from storage.records import JobRecord, Params, StudyRecord

# Of Markdown as GitHub and the dashboard read it; an underscore within a word is none.
MARKUP = re.compile(r"[\\`*<\[|~$&]|(?<![^\W_])_|_(?![^\W_])")


def duration(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def read_duration(text: str) -> float:
    """The seconds that a person means by `90m`, `1h30m`, `45s` or a plain number.

    Raises:
        ValueError: none that is known.
    """
    import pytimeparse2

    seconds = pytimeparse2.parse(text)
    if not isinstance(seconds, int | float):
        # What was written may be a secret in the wrong place.
        raise ValueError("write 90m, 1h30m, 45s or seconds")
    return float(seconds)


def describe_params(params: "Params") -> str:
    """Parameters as `name=value`, numbers short."""
    return " ".join(
        f"{name}={value:.2g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in params.items()
    )


def score_words(score: float) -> str:
    """A score with four digits behind the point; of a large one five count, and of a small one four."""
    if 100 <= abs(score) < 100_000:
        return f"{score:.5g}"
    is_usual = score == 0 or 0.01 <= abs(score) < 100
    return f"{score:.4f}" if is_usual else f"{score:.4g}"


def scores_words(job: "JobRecord") -> str:
    """All scores that a training has; nothing where it has none."""
    if job.score is None:
        return ""
    return ", ".join(map(score_words, job.scores or [job.score]))


def cost_words(cost: "Cost") -> str:
    """What trainings took of devices, in one short line."""
    words = f"cost {short(cost.device_hours)} device-hours"
    return words + (f", {short(cost.kilowatt_hours)} kWh" if cost.energy_joules else "")


def phase_words(study: "StudyRecord") -> str:
    """Where a study stands, and why."""
    words = f"{study.phase}"
    if study.halted_ms is not None and not study.phase.is_over:
        words += f", halted (`hpo resume {study.name}` goes on)"
    if study.generation > 1:
        words += f", generation {study.generation}"
    return f"{words}: {first_line(study.reason)}" if study.reason else words


def search_words(study: "StudyRecord") -> str:
    """How a study's search chooses, and what ends it before its last trial."""
    return ", ".join([f"sampler {study.sampler}", *limit_words(study)])


def fixed_words(study: "StudyRecord") -> str:
    """What a study does not search, and what its baseline has instead; nothing where all is searched."""
    if not study.fixed:
        return ""
    own = {
        name: study.baseline[name]
        for name, value in study.fixed.items()
        if study.baseline.get(name, value) != value
    }
    words = f"fixed: {describe_params(study.fixed)}"
    return f"{words}; the baseline keeps {describe_params(own)}" if own else words


def limit_words(study: "StudyRecord") -> list[str]:
    """What ends a study's search before its last trial."""
    words = []
    if study.total_timeout_ms is not None:
        words.append(f"total timeout {timedelta(milliseconds=study.total_timeout_ms)}")
        if study.fitting_seeds is not None:
            words[-1] += f", in which {study.fitting_seeds} of {study.final_seeds} final seeds fit"
    if study.timeout_ms is not None:
        words.append(f"timeout {timedelta(milliseconds=study.timeout_ms)}")  # exactly
    if study.target is not None:
        words.append(f"target {study.target:g}")
    if study.patience is not None:
        words.append(f"patience {study.patience}")
    return words


def left_words(study: "StudyRecord", seconds_left: float | None) -> str:
    """How long the study will still take, if anything can be said of that."""
    if seconds_left is None or study.phase.is_over:
        return ""
    return f"about {duration(seconds_left)} left"


def precision_words(study: "StudyRecord") -> str:
    """The precision that was chosen for a study, and why; nothing where it was given, or is not chosen
    yet."""
    return "" if study.precision is None else f"{study.precision}: {study.precision_reason}"


def source_words(study: "StudyRecord") -> str:
    """What a study's search knew from the beginning; nothing where that was nothing."""
    return (
        "" if study.source is None else f"the search began with what study {study.source} had found"
    )


def short(number: float) -> str:
    """An amount with two digits where it is small."""
    return f"{number:.2g}" if number < 10 else f"{number:,.0f}"


def first_line(reason: str | None) -> str:
    """What a person reads of the reason why a job or a study ended, without what announces the further
    lines that a lost child's has: its stack, or what it printed."""
    if not reason or not reason.strip():
        return "no reason is known"
    return re.sub(r"; it (stood at|last printed):$", "", reason.strip().splitlines()[0])


def printable(text: str) -> str:
    """`text` without what a terminal would obey: files from anywhere may hold such."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def as_left_on_screen(text: str) -> str:
    """What a terminal would show in the end of what a program printed there, such as a progress bar: without
    colours, and without what was written over."""
    import click

    lines = click.unstyle(text).expandtabs().split("\n")
    return printable("\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)).rstrip()


def unmarked(text: str) -> str:
    """Text in Markdown in which nothing is markup, in one line."""
    return " ".join(MARKUP.sub(r"\\\g<0>", text).split())
