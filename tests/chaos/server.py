"""A PostgreSQL server that is hurt, and healed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import psutil
import sqlalchemy as sa

from storage.database import Database
from tests.support import postgres
from tests.support.postgres import Server

# Relative to the server's own folder, where it finds a file without anybody's connection.
FULL = "full"
REFUSAL = f"""
CREATE FUNCTION refuse_when_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (pg_stat_file('{FULL}', true)).size IS NOT NULL THEN
    RAISE EXCEPTION 'could not extend file: no space left on device' USING ERRCODE = '53100';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse_when_full BEFORE INSERT ON hpo_blobs
  FOR EACH ROW EXECUTE FUNCTION refuse_when_full();
"""


class Condition(StrEnum):
    """How the server is."""

    WELL = "well"
    DOWN = "down"
    FROZEN = "frozen"


class Patient:
    """A server with the tables of hpo; its artifact store is full while a file says so."""

    def __init__(self, server: Server) -> None:
        self.url = server.url.render_as_string(hide_password=False)
        self.port = server.port
        self.condition = Condition.WELL
        self._server = server
        self._full: Path = server.data / FULL
        self._stopped: list[psutil.Process] = []
        db = Database.create(self.url)
        with db.transaction() as tx:
            tx.execute(sa.text(REFUSAL))
        db.close()

    @property
    def is_well(self) -> bool:
        return self.condition == Condition.WELL

    @property
    def is_full(self) -> bool:
        """Whether no artifact can be stored."""
        return self._full.exists()

    def stop(self, mode: str) -> None:
        """Takes it down; the mode `immediate` is a crash."""
        self.condition = Condition.DOWN
        self._server.stop(mode)

    def freeze(self) -> None:
        """Stops every process of it: connections stay, and nothing is answered."""
        self.condition = Condition.FROZEN
        postmaster = psutil.Process(self._server.pid)
        # First, so that it starts no other meanwhile.
        postmaster.send_signal(signal.SIGSTOP)
        self._stopped = [postmaster, *postmaster.children(recursive=True)]
        self._signal(signal.SIGSTOP)

    def heal(self) -> None:
        """Has it answer again, whatever ails it."""
        if self.condition == Condition.FROZEN:
            self._signal(signal.SIGCONT)
        if self.condition == Condition.DOWN:
            self._server.start()
        self.condition = Condition.WELL

    def fill(self) -> None:
        """Lets no artifact be stored."""
        self._full.touch()

    def empty(self) -> None:
        """Makes room again."""
        self._full.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        for process in self._stopped:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@contextmanager
def running() -> Iterator[Patient]:
    """A server that is gone when the block ends, in whatever condition it then is."""
    with postgres.running() as server:
        patient = Patient(server)
        try:
            yield patient
        finally:
            patient.heal()
