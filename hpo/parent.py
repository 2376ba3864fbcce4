"""Dying with the process that started this one, however it ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    """Asks Linux to send `death_signal` to this process when its parent dies; other systems have
    no such request, there a child notices by the end of its pipe."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent_pid:  # it died before we could ask
        os.kill(os.getpid(), death_signal)
