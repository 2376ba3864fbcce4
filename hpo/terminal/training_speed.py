"""What a person sees while it is measured how fast this machine trains."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from hpo.formatting import describe_params, duration
from hpo.training.duration_estimate import SAMPLES, Sample

TRAININGS = SAMPLES + 1
# In a pipe, how long nothing may be said at first; then twice as long, and so on.
SILENT_SECONDS = 30.0


@contextmanager
def telling_pace(console: Console, slots: int) -> Iterator[Callable[[Sample | None], None]]:
    """Says what is being done, and gives what is to hear of each sample, and of None now and then: in a
    terminal one line shows that all goes on, in a pipe it is said seldom."""
    side_by_side = f", {min(slots, TRAININGS)} at a time" if slots > 1 else ""
    console.print(
        f"Measuring how fast this machine trains: {TRAININGS} short trainings{side_by_side}",
        soft_wrap=True,
    )
    began = time.monotonic()
    done, silent_seconds, spoke_at = 0, SILENT_SECONDS, began
    with console.status("") as live:

        def tell(sample: Sample | None) -> None:
            nonlocal done, silent_seconds, spoke_at
            now = time.monotonic()
            if sample is not None:
                done += 1
                console.print(pace_line(sample), soft_wrap=True)
                spoke_at = now
            so_far = f"{done} of {TRAININGS} trained after {duration(now - began)}"
            live.update(so_far)
            if not console.is_terminal and now - spoke_at >= silent_seconds:
                console.print(f"  {so_far}", soft_wrap=True)
                silent_seconds *= 2
                spoke_at = now

        yield tell


def pace_line(sample: Sample) -> str:
    """How fast a configuration trained, in one line."""
    return f"  {sample.epoch_seconds:5.2f} s an epoch: {describe_params(sample.params)}"
