"""The troubles of our tests."""

import signal
import subprocess
import sys

from tests.support.images import CHECKOUT


def test_a_segfault_is_a_real_one() -> None:
    """The process is gone, by that signal."""
    code = "from tests.support.definitions.trouble import TROUBLES; TROUBLES['segfault']()"
    gone = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False)
    assert gone.returncode == -signal.SIGSEGV
