"""A study as a person watches it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console, RenderableType

from hpo import terminal
from hpo.cli import cli
from hpo.estimate import Sample
from hpo.roll import Present
from hpo.status import Status
from storage.errors import DatabaseUnavailable
from storage.records import JobRecord, Params, StudyRecord, WorkerRecord
from storage.states import DataSet, JobState, Phase
from tests.commandline import command_line
from tests.conftest import DEFINITIONS

EPOCHS = 20
STUDY = StudyRecord(
    id=1, uuid="u", name="toy", definition="toy", definition_hash="h", settings={},
    baseline={"x": 0.5}, seed=0, trials=16, select_top=3, select_seeds=2, final_seeds=3, priority=0,
    timeout_ms=None, target=None, generation=1, phase=Phase.SEARCH, reason=None,
    halted_ms=None, created_ms=0, started_ms=0, ended_ms=None,
)  # fmt: skip
PARAMS: Params = {
    "activation": "swish", "optimizer": "adam", "learning_rate": 0.00123456, "conv_layers": 3,
    "filters": 32, "dense_units": 128, "batch_size": 16,
}  # fmt: skip
WORKER = WorkerRecord(
    "w", "gpu-node-0123.cluster.example.edu", 1, ["gpu:0"], {}, "m", None, 0, 0, None
)
TRIAL = JobRecord(
    id=1, study_id=1, generation=1, phase=Phase.SEARCH, configuration=1, seed=0,
    data_set=DataSet.SEARCH, params={"x": 0.25}, trial_id=1, trial_number=1,
    state=JobState.LEASED, worker_id="w", attempts=1, losses=0, exhaustions=0, epoch=5, score=0.6,
    loss=0.4, reason=None, resumed_across=None, device_seconds=0, energy_joules=0,
    started_ms=1_000, ended_ms=None,
)  # fmt: skip


def _trial(number: int, state: JobState, **changes: object) -> JobRecord:
    ended_ms = 13_000 if state.is_final else None
    own = {"id": number, "configuration": number, "trial_number": number}
    return replace(TRIAL, state=state, ended_ms=ended_ms, **own | changes)  # type: ignore[arg-type]  # names of its fields


def _status(*jobs: JobRecord, **changes: object) -> Status:
    return Status(replace(STUDY, **changes), jobs, (WORKER,), 20_000)  # type: ignore[arg-type]  # names of its fields


def _shown(renderable: RenderableType, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    with console.capture() as capture:
        console.print(renderable)
    return [line.rstrip() for line in capture.get().splitlines()]


Read = Callable[[], Status]


def _reading(*answers: Status | Exception) -> Read:
    """Gives one answer after another; asked more often, the test fails."""
    left: Iterator[Status | Exception] = iter(answers)

    def read() -> Status:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks without a pause, and speaks at every look."""
    monkeypatch.setattr(terminal, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(terminal, "SPEAK_SECONDS", 0.0)


def _watch(read: Read, is_alive: Callable[[], bool]) -> tuple[Status | None, list[str]]:
    console = Console(file=io.StringIO(), width=40)
    with console.capture() as capture:
        status = terminal.watch(console, read, EPOCHS, is_alive)
    return status, capture.get().splitlines()


def test_a_page_fits_80_columns() -> None:
    """However long hosts, titles and errors are, each thing has its line; parameters go on in
    the next line, and none is cut."""
    reason = "ValueError: " + "a long story " * 10 + "\nand its traceback"
    counts = [(JobState.PRUNED, 123), (JobState.FAILED, 45), (JobState.CANCELLED, 300)]
    ended = [
        _trial(number, state, reason=reason)
        for state, count in counts
        for number in range(1000, 1000 + count)
    ]
    final = {"phase": Phase.FINAL, "generation": 2, "trial_number": 1234}
    running = [
        _trial(2000 + index, JobState.LEASED, data_set=data_set, **final)
        for index, data_set in enumerate(DataSet)
    ]
    best = _trial(999, JobState.SUCCEEDED, params=PARAMS)
    status = _status(best, *ended, *running, generation=2, phase=Phase.FINAL, trials=469)
    lines = _shown(terminal.page(status, EPOCHS))
    assert max(map(len, lines)) <= 80
    head, search, _, final_bar, scores, params, more_params, *jobs = lines
    assert head.startswith("toy  final, generation 2")
    assert search.endswith("469/469 123 pruned, 45 FAILED, 300 cancelled")
    assert final_bar.endswith("0/2")
    assert scores == "best 0.6000 (trial 999)"
    assert f"{params} {more_params}" == terminal.describe_params(PARAMS)
    for line, title in zip(jobs[:2], ("", ", new classes"), strict=True):
        assert line.startswith("gpu-node")
        assert f" final of trial 1234{title} " in line
        assert line.endswith(" 5/20 0.6000")
    assert len(jobs) == 5
    for line in jobs[2:]:
        assert line.startswith("trial 104")
        assert "failed: ValueError: a long story" in line
        assert line.endswith("…")


def test_what_was_given_up_is_not_done() -> None:
    """After a timeout and an extension a bar counts the jobs of the budget; those cancelled before
    they began stand beside it, and in no count of a line."""
    done = [_trial(number, JobState.SUCCEEDED) for number in range(3)]
    given_up = [
        _trial(number, JobState.CANCELLED, started_ms=None, trial_id=None) for number in (3, 4)
    ]
    status = _status(*done, *given_up, _trial(5, JobState.LEASED), trials=4)
    _, search, *_ = _shown(terminal.page(status, EPOCHS))
    assert search.split()[-3:] == ["3/4", "2", "cancelled"]
    assert terminal.status_line(status, EPOCHS).startswith("search 3/4; ")


def test_a_page_shows_what_is_known() -> None:
    """Before any trial was completed there is no score; why a study stopped stands on it, in
    brackets or not."""
    lines = _shown(terminal.page(_status(trials=4, select_top=1, final_seeds=2), EPOCHS))
    assert lines[0] == "toy  search"
    assert [line.split()[-1] for line in lines[1:4]] == ["0/4", "0/4", "0/8"]
    assert lines[4:] == ["no trial has been completed yet"]
    baseline = _trial(0, JobState.SUCCEEDED, score=0.5)
    failed = _trial(2, JobState.FAILED, reason="KeyError: [/layer]")
    stopped = {"phase": Phase.STOPPED, "reason": "the baseline failed: [bold] [/x]\nmore"}
    page = terminal.page(
        _status(baseline, failed, _trial(1, JobState.SUCCEEDED), **stopped), EPOCHS
    )
    lines = _shown(page)
    assert lines[0] == "toy  stopped: the baseline failed: [bold] [/x]"
    assert lines[4:] == [
        "best 0.6000 (trial 1)   baseline 0.5000",
        "x=0.25",
        "trial 2 failed: KeyError: [/layer]",
    ]


def test_a_pipe_hears_of_each_ending_once(hasty: None) -> None:
    """Lines that never wrap: how the study stands, each job that ends while we look, an outage,
    and how it all ended; what ended before, or was cancelled before it began, is no news."""
    before, begun = _trial(1, JobState.SUCCEEDED), _trial(2, JobState.LEASED)
    done = _trial(2, JobState.SUCCEEDED)
    failed = _trial(3, JobState.FAILED, score=None, reason="ValueError: no [/layer]\nmore")
    pruned = _trial(4, JobState.PRUNED)
    never_begun = _trial(5, JobState.CANCELLED, started_ms=None, trial_id=None, trial_number=None)
    over = {"phase": Phase.DONE, "reason": "the search ended at its timeout of 60 s"}
    last = _status(before, done, failed, pruned, never_begun, **over)
    read = _reading(
        _status(before, begun),
        _status(before, done, failed),
        DatabaseUnavailable("the database is away [/at lunch]"),
        last,
    )
    status, lines = _watch(read, lambda: True)
    assert status == last
    assert lines == [
        "search 1/2; best 0.6000; trial 2 at epoch 5/20; about 4 min left",
        "trial 2: 0.6000 after 5 epochs, 12 s x=0.25",
        "trial 3: FAILED after 5 epochs, 12 s ValueError: no [/layer]",
        "search 3/3; best 0.6000; waiting",
        "the database is away [/at lunch]; asking again",
        "trial 4: 0.6000 pruned after 5 epochs, 12 s x=0.25",
        "toy: done: the search ended at its timeout of 60 s",
    ]


def test_the_last_look_is_after_the_end(hasty: None) -> None:
    """What happened just before the worker ended is seen and told."""
    done = _status(_trial(1, JobState.SUCCEEDED), phase=Phase.DONE)
    answers = iter([True, False])
    status, lines = _watch(
        _reading(_status(_trial(1, JobState.LEASED)), done), lambda: next(answers)
    )
    assert status == done
    assert lines[1:] == ["trial 1: 0.6000 after 5 epochs, 12 s x=0.25", "toy: done"]


def test_watching_ends_with_the_worker(hasty: None) -> None:
    """A worker that is gone is not waited for, whether the database answers or not."""
    half = _status(_trial(1, JobState.LEASED))
    assert _watch(_reading(half), lambda: False)[0] == half
    away = DatabaseUnavailable("away")
    assert _watch(_reading(away), lambda: False) == (None, ["away; asking again"])


def test_a_terminal_is_left_with_the_last_page(hasty: None) -> None:
    """A live page survives an outage, ends with the study, and its last state stays."""
    done = _status(_trial(1, JobState.SUCCEEDED), phase=Phase.DONE)
    read = _reading(_status(_trial(1, JobState.LEASED)), DatabaseUnavailable("away"), done)
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    assert terminal.watch(console, read, EPOCHS, lambda: True) == done
    assert isinstance(console.file, io.StringIO)
    last = [line.rstrip() for line in console.file.getvalue().splitlines()]
    page = _shown(terminal.page(done, EPOCHS))
    assert last[-len(page) + 1 :] == page[1:]
    assert last[-len(page)].endswith("toy  done")


def test_what_is_printed_is_printed_as_it_is(tmp_path: Path) -> None:
    """A name in brackets, or between colons, is a name."""
    file = tmp_path / "mine.py"
    source = (DEFINITIONS / "toy.py").read_text()
    file.write_text(source.replace('name="toy"', 'name="a[/b] :dog:"'))
    environment = command_line(tmp_path).environment
    done = CliRunner().invoke(
        cli, ["run", str(file), "--name", "x", "--storage", "nonsense"], env=environment
    )
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Preparing the data of a[/b] :dog:\n" in done.stderr


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (600, "10 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    """Seconds, minutes or hours, whichever a person would say."""
    assert terminal.duration(seconds) == words


def test_paces_in_words() -> None:
    """Seconds an epoch, with the parameters, numbers short; a trial that is not done is dots."""
    sample = Sample(PARAMS, 0.5, 30.0, 1.239)
    assert terminal.pace_line(sample) == (
        "   1.24 s an epoch: activation=swish optimizer=adam learning_rate=0.0012 conv_layers=3"
        " filters=32 dense_units=128 batch_size=16"
    )
    assert terminal.pace_line(None) == "  ..."


def test_the_roll() -> None:
    """Who is there, on what, doing what, in 80 columns; one that was not seen for a lease's length
    may be lost."""
    assert _shown(terminal.roll_table([], 60)) == ["no worker is alive"]
    called = [
        Present(replace(WORKER, host="a", slots=["gpu:0", "gpu:1"]), 3.2, [("toy", TRIAL)]),
        Present(replace(WORKER, host="b", pid=2), 61.0, []),
    ]
    assert _shown(terminal.roll_table(called, 60)) == [
        "host  pid  devices       seen             at work on",
        "a     1    gpu:0, gpu:1  3 s ago          toy: trial 1, epoch 5, 0.6000",
        "b     2    gpu:0         61 s ago, lost?  -",
    ]


def test_what_devices_do() -> None:
    """It stands below the devices, in 80 columns; what one does not tell is left out."""
    told = {"device": "gpu:0", "memory_used_bytes": 12 * 2**30, "memory_total_bytes": 80 * 2**30}
    busy = {"utilisation_percent": 83.0, "temperature_celsius": 61, "power_watts": 299.6}
    usage = [told | busy, told | dict.fromkeys(busy) | {"device": "gpu:1:0"}]
    called = [Present(replace(WORKER, host="a", usage=usage), 3.2, [("toy", TRIAL)])]
    assert _shown(terminal.roll_table(called, 60)) == [
        "host  pid  devices                     seen     at work on",
        "a     1    gpu:0                       3 s ago  toy: trial 1, epoch 5, 0.6000",
        "           gpu:0 83% 12/80G 61°C 300W",
        "           gpu:1:0 12/80G",
    ]


def test_what_it_cost() -> None:
    """One short line, as soon as there is anything; energy where it is known."""
    assert not any(line.startswith("cost") for line in _shown(terminal.page(_status(), EPOCHS)))
    trials = [_trial(n, JobState.SUCCEEDED, device_seconds=3240) for n in (1, 2)]
    assert "cost 1.8 device-hours" in _shown(terminal.page(_status(*trials), EPOCHS))
    metered = replace(trials[0], energy_joules=1.512e6)
    shown = _shown(terminal.page(_status(metered, trials[1]), EPOCHS))
    assert "cost 1.8 device-hours, 0.42 kWh" in shown


def test_a_halted_study_says_so() -> None:
    """And how it goes on; once it is over there is nothing to go on with."""
    halted = _status(halted_ms=1)
    assert _shown(terminal.page(halted, EPOCHS))[0].startswith(
        "toy  search, halted (`hpo resume toy` goes on)"
    )
    over = _status(halted_ms=1, phase=Phase.DONE)
    assert _shown(terminal.page(over, EPOCHS))[0] == "toy  done"
