"""Hosts of a network of their own, on one machine: cut off, healed, made to lose packets.

Each is a network namespace that has no name, so that tests side by side cannot meet, and lives as
long as a process in it. The one that keeps it ends with the test's, however that ends: the kernel
then removes interfaces, addresses and rules. All are in one user namespace, in which whoever runs
the tests may do what otherwise only root may.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

NETWORK = "10.77.0"
# Where programs lie that an account which is not root's does not look for.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
# As root of the user namespace, which the account outside stays.
ENTER = ("nsenter", "--preserve-credentials", "--user", "--net", "--target")
# A server refuses to be root, also of a user namespace.
AS_NOBODY = ("unshare", "--user", "--map-user=65534")
SHORTEST_RETRY_MS = 10
"""After how long a lost packet is sent again, at least. By default 200 ms, made for links across
the world: a study in which each fifth packet is lost would take minutes."""


class _Namespace:
    """A network namespace, kept while a process that does nothing is in it."""

    def __init__(self, *maker: str) -> None:
        self._keeper = subprocess.Popen(
            [*maker, "sh", "-c", "echo; exec cat"],  # which ends with its input, and that with us
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._keeper.pid
        assert self._keeper.stdout is not None
        if not self._keeper.stdout.readline():
            _, err = self._keeper.communicate()
            raise RuntimeError(
                f"this account may make no network ({err.strip()}): run the tests as root, or on a"
                " Linux that lets everybody make user namespaces"
            )
        self.enter = (*ENTER, str(self.pid))

    def close(self) -> None:
        self._keeper.communicate()

    def tell(self, program: str, *options: str, lines: Sequence[str]) -> None:
        """Gives a program, in the namespace, its input."""
        found = shutil.which(program, path=PATH)
        if found is None:
            raise RuntimeError(f"there is no {program}: install iproute2 and nftables")
        done = subprocess.run(
            [*self.enter, found, *options, "-"],
            input="\n".join([*lines, ""]),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (lines, done.stderr)


class Host:
    """One host; `enter` stands before a command that is to run on it, `enter_as_nobody` before that
    of a server. Files, and sockets that are files, it shares with all others."""

    def __init__(self, switch: _Namespace, namespace: _Namespace, number: int) -> None:
        self.address = f"{NETWORK}.{number}"
        self.enter: Sequence[str] = namespace.enter
        self.enter_as_nobody: Sequence[str] = (*namespace.enter, *AS_NOBODY)
        self._switch = switch
        self._port = f"port{number}"
        self._switch.tell(
            "ip", "-batch",
            lines=[
                f"link add {self._port} type veth peer name eth0 netns {namespace.pid}",
                f"link set {self._port} master switch up",
            ],
        )  # fmt: skip
        namespace.tell(
            "ip", "-batch",
            lines=[
                "link set lo up",
                f"addr add {self.address}/24 dev eth0",
                "link set eth0 up",
                f"route change {NETWORK}.0/24 dev eth0 rto_min {SHORTEST_RETRY_MS}ms",
            ],
        )  # fmt: skip

    def cut(self) -> None:
        """Whatever is sent to the host or by it vanishes, without a word to anybody."""
        self._switch.tell("ip", "-batch", lines=[f"link set {self._port} down"])

    def heal(self) -> None:
        """All packets arrive again."""
        self._switch.tell("ip", "-batch", lines=[f"link set {self._port} up"])

    def lose(self, percent: int) -> None:
        """So many packets are lost from now on, in each direction, drawn at random."""
        drop = f"numgen random mod 100 < {percent} drop"
        chain = f"bridge losses {self._port}"
        self._switch.tell(
            "nft", "--file",
            lines=[
                "add table bridge losses",
                f"add chain {chain} {{ type filter hook forward priority 0; }}",
                *(f"add rule {chain} {side} {self._port} {drop}" for side in ("iifname", "oifname")),
            ],
        )  # fmt: skip


class Hosts:
    """Hosts at one switch."""

    def __enter__(self) -> Self:
        with ExitStack() as made:
            self._switch = _Namespace("unshare", "--user", "--map-root-user", "--net")
            made.callback(self._switch.close)
            self._switch.tell(
                "ip", "-batch", lines=["link add switch type bridge", "link set switch up"]
            )
            self._made = made.pop_all()
        self._number = 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._made.close()

    def add(self) -> Host:
        """One more."""
        self._number += 1
        inside = ("nsenter", "--preserve-credentials", "--user", "--target", str(self._switch.pid))
        namespace = _Namespace(*inside, "unshare", "--net")
        self._made.callback(namespace.close)
        return Host(self._switch, namespace, self._number)
