"""Dying with the process that started this one, however it ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    """Asks Linux to send `death_signal` to this process when its parent dies.

    Other systems have no such request. There a child that trains notices by the end of its pipe;
    the worker of `hpo run` outlives one that was killed and works on to the study's end, which is
    harmless: it holds leases as any worker does, and the next `hpo run` works beside it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent_pid:  # it died before we could ask
        os.kill(os.getpid(), death_signal)
