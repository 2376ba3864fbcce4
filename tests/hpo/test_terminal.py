"""A study as a person watches it."""

from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from hpo import terminal, words
from hpo.cli import cli
from hpo.estimate import Sample
from hpo.roll import Present
from storage.states import DataSet, JobState, Phase
from tests.commandline import command_line
from tests.conftest import DEFINITIONS
from tests.hpo.statuses import EPOCHS, PARAMS, TRIAL, WORKER, shown, status_of, trial


def test_a_page_fits_80_columns() -> None:
    """However long hosts, titles and errors are, each thing has its line; parameters go on in
    the next line, and none is cut."""
    reason = "ValueError: " + "a long story " * 10 + "\nand its traceback"
    counts = [(JobState.PRUNED, 123), (JobState.FAILED, 45), (JobState.CANCELLED, 300)]
    ended = [
        trial(number, state, reason=reason)
        for state, count in counts
        for number in range(1000, 1000 + count)
    ]
    final = {"phase": Phase.FINAL, "generation": 2, "trial_number": 1234}
    running = [
        trial(2000 + index, JobState.LEASED, data_set=data_set, **final)
        for index, data_set in enumerate(DataSet)
    ]
    best = trial(999, JobState.SUCCEEDED, params=PARAMS)
    status = status_of(best, *ended, *running, generation=2, phase=Phase.FINAL, trials=469)
    lines = shown(terminal.page(status, EPOCHS))
    assert max(map(len, lines)) <= 80
    head, search, _, final_bar, scores, params, more_params, *jobs = lines
    assert head.startswith("toy  final, generation 2")
    assert search.endswith("469/469 123 pruned, 45 FAILED, 300 cancelled")
    assert final_bar.endswith("0/2")
    assert scores == "best 0.6000 (trial 999)"
    assert f"{params} {more_params}" == words.describe_params(PARAMS)
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
    done = [trial(number, JobState.SUCCEEDED) for number in range(3)]
    given_up = [
        trial(number, JobState.CANCELLED, started_ms=None, trial_id=None) for number in (3, 4)
    ]
    status = status_of(*done, *given_up, trial(5, JobState.LEASED), trials=4)
    _, search, *_ = shown(terminal.page(status, EPOCHS))
    assert search.split()[-3:] == ["3/4", "2", "cancelled"]
    assert terminal.status_line(status, EPOCHS).startswith("search 3/4; ")


def test_a_page_shows_what_is_known() -> None:
    """Before any trial was completed there is no score; why a study stopped stands on it, in
    brackets or not."""
    lines = shown(terminal.page(status_of(trials=4, select_top=1, final_seeds=2), EPOCHS))
    assert lines[0] == "toy  search"
    assert [line.split()[-1] for line in lines[1:4]] == ["0/4", "0/4", "0/8"]
    assert lines[4:] == ["no trial has been completed yet"]
    baseline = trial(0, JobState.SUCCEEDED, score=0.5)
    failed = trial(2, JobState.FAILED, reason="KeyError: [/layer]")
    stopped = {"phase": Phase.STOPPED, "reason": "the baseline failed: [bold] [/x]\nmore"}
    page = terminal.page(
        status_of(baseline, failed, trial(1, JobState.SUCCEEDED), **stopped), EPOCHS
    )
    lines = shown(page)
    assert lines[0] == "toy  stopped: the baseline failed: [bold] [/x]"
    assert lines[4:] == [
        "best 0.6000 (trial 1)   baseline 0.5000",
        "x=0.25",
        "trial 2 failed: KeyError: [/layer]",
    ]


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
    assert shown(terminal.roll_table([], 60)) == ["no worker is alive"]
    called = [
        Present(replace(WORKER, host="a", slots=["gpu:0", "gpu:1"]), 3.2, [("toy", TRIAL)]),
        Present(replace(WORKER, host="b", pid=2), 61.0, []),
    ]
    assert shown(terminal.roll_table(called, 60)) == [
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
    assert shown(terminal.roll_table(called, 60)) == [
        "host  pid  devices                     seen     at work on",
        "a     1    gpu:0                       3 s ago  toy: trial 1, epoch 5, 0.6000",
        "           gpu:0 83% 12/80G 61°C 300W",
        "           gpu:1:0 12/80G",
    ]


def test_what_it_cost() -> None:
    """One short line, as soon as there is anything; energy where it is known."""
    assert not any(line.startswith("cost") for line in shown(terminal.page(status_of(), EPOCHS)))
    trials = [trial(n, JobState.SUCCEEDED, device_seconds=3240) for n in (1, 2)]
    assert "cost 1.8 device-hours" in shown(terminal.page(status_of(*trials), EPOCHS))
    metered = replace(trials[0], energy_joules=1.512e6)
    lines = shown(terminal.page(status_of(metered, trials[1]), EPOCHS))
    assert "cost 1.8 device-hours, 0.42 kWh" in lines


def test_a_halted_study_says_so() -> None:
    """And how it goes on; once it is over there is nothing to go on with."""
    halted = status_of(halted_ms=1)
    assert shown(terminal.page(halted, EPOCHS))[0].startswith(
        "toy  search, halted (`hpo resume toy` goes on)"
    )
    over = status_of(halted_ms=1, phase=Phase.DONE)
    assert shown(terminal.page(over, EPOCHS))[0] == "toy  done"


def test_the_best_over_time() -> None:
    """From the third completed trial on, a chart of the best so far, in 80 columns and steps that
    never go down."""
    scores = (0.6, 0.8, 0.7)
    done = [
        trial(number, JobState.SUCCEEDED, score=score, ended_ms=60_000 * (number + 1))
        for number, score in enumerate(scores)
    ]
    lines = shown(terminal.page(status_of(*done), EPOCHS))
    title = next(n for n, line in enumerate(lines) if "best validation accuracy by" in line)
    chart = lines[title : title + terminal.CHART_HEIGHT]
    assert max(map(len, chart)) <= 80
    assert chart[2].startswith("0.800")
    assert chart[-3].startswith("0.600")
    assert "⠉" in chart[2] or "⠒" in chart[2] or "⣀" in chart[2]
    assert not any(
        "best validation" in line for line in shown(terminal.page(status_of(*done[:2]), 5))
    )


def test_a_large_fleet() -> None:
    """A dozen of the jobs that run have a line, with their devices; the others are counted."""
    running = [trial(number, JobState.LEASED) for number in range(20)]
    status = replace(status_of(*running), devices={0: "gpu:3"})
    lines = shown(terminal.page(status, EPOCHS))
    assert sum(" 5/20 " in line for line in lines) == terminal.MOST_RUNNING
    assert any(" gpu:3 " in line and " trial 0 " in line for line in lines)
    assert lines[-1] == "and 8 more, see `hpo workers toy`"


def test_what_must_be_seen_stands_above() -> None:
    """A terminal cuts at the bottom: what a person may do is said in the first line, and a small one
    has no chart."""
    done = [trial(number, JobState.SUCCEEDED) for number in range(5)]
    lines = shown(terminal.page(status_of(*done), EPOCHS, hint="q quits", chart=False))
    assert lines[0].endswith("q quits")
    assert not any("best validation" in line for line in lines)
