"""The pace of a worker: its waiting times, in seconds."""

from dataclasses import dataclass

# Of the grace, what is kept for storing the last checkpoints and signing off.
SIGN_OFF_SHARE = 0.35
MOST_SIGN_OFF_SECONDS = 8.0
# So often that, when the database goes away, every lease has more time left than passes until its
# absence is noticed (storage.workers) and its holder is back (hpo.machine.outage).
RENEWALS_IN_A_LEASE = 5


@dataclass(frozen=True)
class Pace:
    """How long a worker waits for what; the settings of the same names say what they mean."""

    lease_seconds: float = 60.0
    checkpoint_seconds: float = 30.0
    stall_seconds: float = 1800.0
    grace_seconds: float = 30.0

    @property
    def grace_to_train_seconds(self) -> float:
        """How long a worker that is to leave waits for the ends of epochs."""
        sign_off = min(MOST_SIGN_OFF_SECONDS, SIGN_OFF_SHARE * self.grace_seconds)
        return self.grace_seconds - sign_off

    @property
    def renewal_seconds(self) -> float:
        """How long a worker waits between two renewals of its leases."""
        return self.lease_seconds / RENEWALS_IN_A_LEASE
