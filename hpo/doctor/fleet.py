"""The other workers, and what they train with."""

from collections.abc import Iterator

from hpo import provenance
from hpo.doctor.finding import Finding, absent, minded, well
from hpo.provenance import Provenance
from storage import workers
from storage.database import Database


def examine(db: Database) -> Iterator[Finding]:
    """Whether the versions of packages here are those of each worker that is alive.

    Raises:
        DatabaseUnavailable
    """
    with db.reading() as tx:
        alive = workers.everyone(tx)
    ours = provenance.of_device("any")
    unlike = {}
    for worker in alive:
        theirs = Provenance.model_validate(worker.provenance)
        # Only versions are compared: other devices are what a fleet is for.
        differing = theirs.model_copy(update={"device": ours.device}).differences(ours)
        if differing:
            unlike[worker.host] = "; ".join(differing)
    for host, said in unlike.items():
        yield minded("versions", f"unlike those on {host}: {said}", "install by the same uv.lock")
    if not alive:
        yield absent("versions", "no worker is alive to compare with")
    elif not unlike:
        yield well("versions", f"those of all {len(alive)} workers")
