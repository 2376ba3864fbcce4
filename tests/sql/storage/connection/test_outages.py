"""Servers that are there and yet of no use: frozen, or not set up for what is written."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from storage.connection import server_timeouts
from storage.database import Database
from storage.errors import DatabaseUnavailable
from tests.support import mariadb, postgres
from tests.support.marks import needs
from tests.support.servers import Server, frozen

SILENCE_SECONDS = 1


@pytest.mark.parametrize(
    "running", [postgres.running, pytest.param(mariadb.running, marks=needs("mariadbd"))]
)
def test_a_frozen_server_is_given_up(
    running: Callable[[], AbstractContextManager[Server]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that says nothing any more is a database that cannot be used, within a silence and
    a connection's making: in the midst of a transaction, before one, and for Optuna, which does not
    try again by itself. When it goes on, so do we."""
    monkeypatch.setattr(server_timeouts, "SILENCE_SECONDS", SILENCE_SECONDS)
    monkeypatch.setattr(server_timeouts, "CONNECT_TIMEOUT_SECONDS", 2)
    with running() as server:
        db = Database.create(server.url.render_as_string())
        study = db.optuna.create_new_study([])

        def freeze_in_a_transaction() -> None:
            with db.transaction() as tx, frozen(server):
                tx.execute(sa.text("SELECT 1"))

        def read() -> None:
            with db.reading() as tx:
                tx.execute(sa.text("SELECT 1"))

        def create_trial() -> None:
            with db.translated():
                db.optuna.create_new_trial(study)

        _fails_in_time(freeze_in_a_transaction)
        read()
        assert db.optuna.get_all_trials(study) == []
        with frozen(server):
            for call in (read, create_trial):
                _fails_in_time(call)
        read()
        assert db.optuna.get_all_trials(study) == []
        db.close()


def _fails_in_time(call: Callable[[], None]) -> None:
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        call()
    assert SILENCE_SECONDS <= time.monotonic() - begun < SILENCE_SECONDS + 2 + 3


def test_what_is_waited_for_is_shorter_than_a_lease() -> None:
    """As they are set, locks are given up before the server is, and a server within 22 s."""
    assert server_timeouts.LOCK_SECONDS < server_timeouts.SILENCE_SECONDS
    assert 2 * server_timeouts.SILENCE_SECONDS <= 22
    assert server_timeouts.SILENCE_SECONDS + server_timeouts.CONNECT_TIMEOUT_SECONDS <= 20


@needs("mariadbd")
def test_small_packets_are_refused() -> None:
    """A MySQL that cannot take a part of a model says so when it is opened, with the mend: later,
    it would but cut the connection."""
    with mariadb.running() as server:
        url = server.url.render_as_string()
        db = Database.create(url)
        with db.transaction() as tx:
            tx.execute(sa.text("SET GLOBAL max_allowed_packet = 1048576"))
        for method in (Database.open, Database.create):
            with pytest.raises(DatabaseUnavailable, match="max_allowed_packet to 16M"):
                method(url)
        db.close()
