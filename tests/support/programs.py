"""What no wheel brings. Run as a program it installs what is missing, where that may be done."""

import os
import shutil
import subprocess
from collections.abc import Iterable

# By their names, as a person calls them, and the packages of Debian that bring them.
PROGRAMS = {
    "mariadbd": ("MariaDB's server", "mariadb-server"),
    "chromium": ("a browser", "chromium fonts-dejavu-core"),
    "cc": ("a C compiler", "gcc libc6-dev"),
    "ip": ("hosts of a network", "iproute2"),
    "nft": ("a network that loses packets", "nftables"),
    "systemd-analyze": ("systemd's checker", "systemd"),
    "git": ("a commit", "git"),
    "bash": ("a shell that completes", "bash"),
}
# Some lie where an account that is not root's does not look.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin:/usr/local/sbin"


def find(program: str) -> str | None:
    """Where it lies; None where it is not installed."""
    return shutil.which(program, path=PATH)


def missing(programs: Iterable[str]) -> list[str]:
    """Those that are not installed."""
    return [program for program in programs if find(program) is None]


def main() -> None:
    """Installs what is missing as far as this account may: whoever cannot goes on without, and is told
    of the tests that did not run."""
    wanted = [package for each in missing(PROGRAMS) for package in PROGRAMS[each][1].split()]
    if not wanted:
        return
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    may = find("apt-get") and (not rights or _succeeds(*rights, "true"))
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    if not may or not (
        _succeeds(*apt, "update")
        and _succeeds(*apt, "install", "-y", "--no-install-recommends", *wanted)
    ):
        print(f"What wants {', '.join(wanted)} cannot be tested here")  # noqa: T201 - a program


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    main()
