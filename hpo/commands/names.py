"""Names on the command line, which a shell completes: of definitions, of studies, and the numbers of trials.
What asks a database is imported inside, and without what is heavy: whoever has pressed a key waits."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from storage.states import JobState

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

DEADLINE_SECONDS = 0.8
"""For a database that does not answer."""


class StudyName(click.types.StringParamType):
    """The name of a study that the database has."""

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Those that there are."""
        from storage.tables import studies

        return _matching(_ask(ctx, studies.names), incomplete)


class DefinitionName(click.types.StringParamType):
    """What is to be optimised: the name of a definition that is built in, or a file."""

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Those that are built in, and files."""
        from studies.code.code_hash import BUILT_IN

        # In this order: bash forgets what stood before a file.
        return [CompletionItem(incomplete, type="file"), *_matching(BUILT_IN, incomplete)]


class TrialNumber(click.types.IntParamType):
    """The number of a trial of the study NAME on the same line."""

    def __init__(self, *states: JobState) -> None:
        self._states = states

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Those of trials in these states, else of all that were begun."""
        from storage.tables import job_summaries

        def numbers(tx: "Connection") -> list[str]:
            found = job_summaries.trial_numbers(tx, str(ctx.params.get("name")), self._states)
            return list(map(str, found))

        return _matching(_ask(ctx, numbers), incomplete)


STUDY, DEFINITION = StudyName(), DefinitionName()


def _matching(values: Iterable[str], incomplete: str) -> list[CompletionItem[Any]]:
    return [CompletionItem(value) for value in values if value.startswith(incomplete)]


def _ask(ctx: click.Context, question: "Callable[[Connection], list[str]]") -> list[str]:
    """What the database says that the command line and the settings name; nothing where it does not
    answer, or not in time."""
    from hpo.settings import load_settings
    from storage.connection.engine import READ_ONLY, make_engine, parse_url, sqlite_path

    answers: list[str] = []

    def ask(engine: "Engine") -> None:
        with suppress(Exception), engine.connect().execution_options(**{READ_ONLY: True}) as tx:
            answers.extend(question(tx))

    with suppress(Exception):  # nobody asked for a message
        named = {key: ctx.params.get(key) for key in ("file", "storage")}
        url = parse_url(load_settings(**named).storage_url)
        if (path := sqlite_path(url)) is None or path.exists():  # SQLite would make it
            asking = Thread(target=ask, args=[make_engine(url)], daemon=True)
            asking.start()
            asking.join(DEADLINE_SECONDS)
    return answers
