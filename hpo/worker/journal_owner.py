"""The owner of a journal: on which machine the worker runs, or ran, whose it is."""

import socket
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from hpo import provenance

MACHINE_ID = Path("/etc/machine-id")


class Owner(BaseModel):
    """Written beside a journal, for whoever finds it.

    A lock that is free says that its holder is dead only on the machine where it was held: folders
    are shared also where locks are not (NFS without its lock daemon, Lustre with `localflock`, some
    of FUSE). There the kernel knows of all locks, those of other containers too, which have other
    host names and number processes anew; so the same kernel is the same machine. So is, after a
    restart, a host of the same name and installation. Containers that each mount a FUSE file system
    for themselves do not see each other's locks: each must have a state folder of its own.
    """

    model_config = ConfigDict(frozen=True)

    database: str
    host: str
    installation: str
    kernel: str
    """Until it starts anew."""

    @classmethod
    def here(cls, database_uuid: str) -> Self:
        """A worker on this machine, for that database."""
        try:
            installation = MACHINE_ID.read_text(encoding="ascii").strip()
        except (OSError, ValueError):  # no Linux, or a container
            installation = ""
        return cls(
            database=database_uuid,
            host=socket.gethostname(),
            installation=installation,
            kernel=provenance.machine(),
        )

    def why_not_ours(self, ours: Self) -> str | None:
        """Why a worker that `ours` describes is to leave this one's journal alone, though its lock
        is free; None where it is to bring it."""
        if self.database != ours.database:
            return (
                "is for another database: it is left as it is, until a worker on that one brings it"
            )
        is_same_host = (self.host, self.installation) == (ours.host, ours.installation)
        if self.kernel != ours.kernel and not is_same_host:
            return (
                f"is that of a worker on {self.host}, which may live: it is left as it is, until one"
                " on that host brings it. If the host is gone for good, remove the folder: its jobs"
                " are trained again"
            )
        return None


def read(marker: Path) -> Owner | None:
    """Whose journal that is; None where the marker does not say it.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return Owner.model_validate_json(marker.read_bytes())
    except ValidationError:
        return None
