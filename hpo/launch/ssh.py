"""SSH: workers on machines that one can log in to, which no engine manages.

All goes by one shell there, which reads what it is to do, and what is secret, from its input.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import UsageError, WorkFailed
from hpo.launch.worker_order import WorkerOrder, call

CONNECT_SECONDS = 10
ADDRESS = re.compile(r"(?P<address>[\w.@%\[][\w.@%:\[\]-]*?)(:(?P<devices>\d+(,\d+)*))?")
# A worker of the same name may run on machines that share a home folder.
FOLDER = '"${{XDG_STATE_HOME:-$HOME/.local/state}}"/hpo/launch/{name}'
PLACE = """\
set -eu
umask 077
folder={folder}
if [ -s "$folder/pid" ] && grep -qs worker "/proc/$(cat "$folder/pid")/cmdline"; then
    echo "a worker runs there already" >&2
    exit 3
fi
rm -rf "$folder.new"
mkdir -p "$folder.new"
{files}
mkdir -p "$folder"
rm -rf "$folder/files"
mv "$folder.new" "$folder/files"
"""
EXAMINE = """\
cd {folder}/files || exit 1
export {exports}
exec {command}
"""
# Nobody starts it again: what is to outlive its machine's restart is a service, see docs/deploy.md.
START = """\
set -eu
folder={folder}
cd "$folder/files"
export {exports}
setsid nohup {command} >> "$folder/log" 2>&1 < /dev/null &
echo $! > "$folder/pid"
sleep 1
kill -0 "$(cat "$folder/pid")" 2>/dev/null || {{ tail -n 5 "$folder/log" >&2; exit 4; }}
"""
STOP = """\
folder={folder}
pid=$(cat "$folder/pid" 2>/dev/null) || {{ echo none; exit 0; }}
grep -qs worker "/proc/$pid/cmdline" || {{ rm -rf "$folder/files" "$folder/pid"; echo none; exit 0; }}
kill -TERM "$pid"
for _ in $(seq {seconds}); do
    kill -0 "$pid" 2>/dev/null || {{ rm -rf "$folder/files" "$folder/pid"; echo left; exit 0; }}
    sleep 1
done
echo "it has not left within {seconds} s" >&2
exit 5
"""
SHOW_LOG = "cat {folder}/log\n"


@dataclass(frozen=True)
class Host:
    """A machine as ssh knows it, and which of its GPUs are to be trained on; by default all."""

    address: str
    devices: str | None = None

    @classmethod
    def read(cls, text: str) -> "Host":
        """From HOST or HOST:0,1.

        Raises:
            UsageError: it is neither.
        """
        match = ADDRESS.fullmatch(text)
        if match is None:
            raise UsageError(f"'{text}' is no host", "write HOST, or HOST:0,1 for some of its GPUs")
        return cls(match["address"], match["devices"])


@dataclass(frozen=True)
class Launcher:
    """Does it on one host after another; `program` is hpo there."""

    order: WorkerOrder
    program: str

    def place(self, host: Host) -> None:
        """Brings what the worker needs: the database's URL, in a file that its account alone may read, and the
        files of definitions.

        Raises:
            WorkFailed: the host does not answer, or asks for a password, or refuses; or a worker of the name runs
                there already, whose files these would be.
        """
        files = {"storage": self.order.settings.storage_url, **self.order.files()}
        folders = {str(Path(name).parent) for name in files} - {"."}
        lines = [f'mkdir -p "$folder.new"/{shlex.quote(folder)}' for folder in sorted(folders)]
        lines += [
            f'printf %s {shlex.quote(text)} > "$folder.new"/{shlex.quote(name)}'
            for name, text in files.items()
        ]
        self._run(host, PLACE, files="\n".join(lines))

    def examine(self, host: Host) -> list[str]:
        """What `hpo doctor` finds there that keeps a worker from its work, in lines.

        Raises:
            WorkFailed: the host does not answer, or has no hpo that does.
        """
        arguments = ["doctor", *self.order.arguments(".")[1:], "--json"]
        said = self._run(host, EXAMINE, command=self._command(arguments), may_fail=True)
        try:
            found = json.loads(said)
        except ValueError:
            raise WorkFailed(
                f"{host.address} has no hpo that answers as {self.program} ({_last_line(said)})",
                "install it there, and name it with --program",
            ) from None
        return [f"{each['name']}: {each['found']}" for each in found if each["grade"] == "fail"]

    def start(self, host: Host) -> None:
        """Raises:
        WorkFailed: it does not run.
        """
        self._run(host, START, command=self._command(self.order.arguments(".")))

    def stop(self, host: Host) -> bool:
        """Has the worker leave with its checkpoints, and waits for that; False where none runs.

        Raises:
            WorkFailed: it has not left.
        """
        return self._run(host, STOP, seconds=str(self.order.warning_seconds)).strip() == "left"

    def read_log(self, host: Host) -> str:
        """What its workers have said there.

        Raises:
            WorkFailed: there was none.
        """
        return self._run(host, SHOW_LOG)

    def _command(self, arguments: list[str]) -> str:
        return shlex.join([self.program, *arguments])

    def _exports(self, host: Host) -> Iterator[str]:
        yield 'HPO_STORAGE_FILE="$PWD/storage"'
        yield from (f"{name}={shlex.quote(value)}" for name, value in self.order.pace().items())
        if host.devices is not None:
            yield f"HPO_DEVICES={host.devices}"

    def _run(self, host: Host, script: str, *, may_fail: bool = False, **parts: str) -> str:
        folder = FOLDER.format(name=shlex.quote(f"{self.order.name}@{host.address}"))
        text = script.format(folder=folder, exports=" ".join(self._exports(host)), **parts)
        options = ("-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_SECONDS}")
        done = call(["ssh", *options, "--", host.address, "sh -s"], text, "install OpenSSH's")
        if done.returncode == 255 or (done.returncode and not may_fail):
            mend = "log in by a key, which nobody has to type" if "denied" in done.stderr else ""
            raise WorkFailed(f"{host.address}: {_last_line(done.stderr)}", mend)
        return done.stdout if done.stdout or not may_fail else done.stderr


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["nothing was said"])[-1]


def launch(launcher: Launcher, hosts: list[Host]) -> Mapping[str, list[str]]:
    """Starts a worker on each, or on none: what keeps a host from its work, by address, is empty where all were
    started.

    Raises:
        WorkFailed: a host does not answer, or refuses.
    """
    for host in hosts:
        launcher.place(host)
    unfit = {host.address: found for host in hosts if (found := launcher.examine(host))}
    if not unfit:
        for host in hosts:
            launcher.start(host)
    return unfit
