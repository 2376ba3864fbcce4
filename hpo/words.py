"""How a person says what is known of a study: durations, costs, parameters, where it stands."""

from hpo.cost import Cost
from hpo.status import Status, first_line
from storage.records import Params


def duration(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def describe_params(params: Params) -> str:
    """Parameters as `name=value`, numbers short."""
    return " ".join(
        f"{name}={value:.2g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in params.items()
    )


def cost_words(cost: Cost) -> str:
    """What trainings took of devices, in one short line."""
    words = f"cost {short(cost.device_hours)} device-hours"
    return words + (f", {short(cost.kilowatt_hours)} kWh" if cost.energy_joules else "")


def phase_words(status: Status) -> str:
    """Where a study stands, and why."""
    study = status.study
    words = f"{study.phase}"
    if study.halted_ms is not None and not study.phase.is_over:
        words += f", halted (`hpo resume {study.name}` goes on)"
    if study.generation > 1:
        words += f", generation {study.generation}"
    return f"{words}: {first_line(study.reason)}" if study.reason else words


def left_words(status: Status) -> str:
    """How long the study will still take, if anything can be said of that."""
    if status.seconds_left is None or status.study.phase.is_over:
        return ""
    return f"about {duration(status.seconds_left)} left"


def short(number: float) -> str:
    """An amount with two digits where it is small."""
    return f"{number:.2g}" if number < 10 else f"{number:,.0f}"


def unmarked(text: str) -> str:
    """Text in Markdown in which nothing is markup, in one line."""
    for mark in ("\\", "`", "*", "_", "<", "[", "|"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
