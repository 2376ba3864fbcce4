"""Kubernetes: manifests, for `kubectl apply`. Nothing secret is in them: they name Secrets that somebody makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from hpo.errors import UsageError
from hpo.launch.worker_order import WorkerOrder

Manifest = dict[str, Any]
MOST_WORKERS = 10_000
ACCOUNT = 10001
"""The user of the image, who is not root."""
STORAGE_SECRET = "hpo-storage"  # noqa: S105 - the names of secrets are none
DASHBOARD_SECRET = "hpo-dashboard"  # noqa: S105
SECRETS = "/run/secrets/hpo"
DEFINITIONS = "/definitions"
PORT = 8080
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
UNFIT_RETRIES = 6
"""Pods that may end with 1 before a Job is given up; Kubernetes waits longer before each."""
# Where a container may write: nothing of it outlives the pod, and the database has what counts.
WRITABLE = {"state": "/var/lib/hpo", "cache": "/var/cache/hpo", "temporary": "/tmp"}  # noqa: S108
HEAD = """\
# Made by `hpo launch kubernetes`. It wants two Secrets, which hold what is in files of yours:
#   kubectl create secret generic {storage} --from-file=url=FILE     a file with the database's URL
#   kubectl create secret generic {dashboard} --from-file=password=FILE
"""


@dataclass(frozen=True)
class Fleet:
    """What the workers are to be."""

    image: str
    workers: int
    gpus_per_worker: int = 0
    cpus_per_worker: str | None = None
    memory: str | None = None
    queue: str | None = None
    """Of Kueue."""
    data_claim: str | None = None
    """A PersistentVolumeClaim with data sets."""

    def __post_init__(self) -> None:
        """Raises:
        UsageError: a number that cannot be meant.
        """
        if not 1 <= self.workers <= MOST_WORKERS:
            raise UsageError(f"--workers {self.workers} is not between 1 and {MOST_WORKERS}")
        if not 0 <= self.gpus_per_worker <= MOST_WORKERS:
            raise UsageError(f"--gpus-per-worker {self.gpus_per_worker} is no number of GPUs")


def compose(order: WorkerOrder, fleet: Fleet) -> str:
    """The manifests: the tables' migration, the workers, the dashboard with its service, and the definitions'
    files, which have to be here.

    With a study the workers are a Job, which is over when that is; else a Deployment, a standing fleet.

    Raises:
        DefinitionError: a file cannot be read.
    """
    files = order.files()
    manifests: list[Manifest] = []
    if files:
        manifests.append(_config_map(order.name, files))
    manifests.append(_migration(fleet))
    manifests.append(_job(order, fleet, files) if order.study else _standing(order, fleet, files))
    manifests += [_dashboard(fleet), _service()]
    head = HEAD.format(storage=STORAGE_SECRET, dashboard=DASHBOARD_SECRET)
    return head + yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such: people read them."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def _config_map(name: str, files: Mapping[str, str]) -> Manifest:
    data = {_key(path): text for path, text in files.items()}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(f"{name}-definitions"),
        "data": data,
    }


def _migration(fleet: Fleet) -> Manifest:
    container = _container(fleet, "migration", ["db", "upgrade"])
    pod = _pod([container], {"storage": STORAGE_SECRET}) | {"restartPolicy": "Never"}
    spec = {
        "backoffLimit": UNFIT_RETRIES,
        "ttlSecondsAfterFinished": 3600,
        "template": _template("migration", pod),
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata("hpo-migration"),
        "spec": spec,
    }


def _job(order: WorkerOrder, fleet: Fleet, files: Mapping[str, str]) -> Manifest:
    """It is complete when a worker has ended with 0: then the study is over, and so are the others soon."""
    pod = _worker(order, fleet, files) | {"restartPolicy": "Never"}
    rules = [
        # It was asked to leave, or its node is drained or taken: another pod takes its place, without end.
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {
            "action": "Ignore",
            "onExitCodes": {"containerName": "worker", "operator": "In", "values": [75]},
        },
        # It was wrongly asked, and would be again.
        {
            "action": "FailJob",
            "onExitCodes": {"containerName": "worker", "operator": "In", "values": [2]},
        },
    ]
    labels = {QUEUE_LABEL: fleet.queue} if fleet.queue else {}
    spec = {
        "parallelism": fleet.workers, "backoffLimit": UNFIT_RETRIES, "podFailurePolicy": {"rules": rules},
        "template": _template("worker", pod),
    }  # fmt: skip
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(_name(order.name), labels),
        "spec": spec,
    }


def _standing(order: WorkerOrder, fleet: Fleet, files: Mapping[str, str]) -> Manifest:
    labels = {QUEUE_LABEL: fleet.queue} if fleet.queue else {}
    return _deployment("hpo-worker", "worker", fleet.workers, _worker(order, fleet, files), labels)


def _worker(order: WorkerOrder, fleet: Fleet, files: Mapping[str, str]) -> Manifest:
    limits: dict[str, Any] = {}
    if fleet.gpus_per_worker:
        limits["nvidia.com/gpu"] = fleet.gpus_per_worker
    if fleet.memory is not None:
        limits["memory"] = fleet.memory
    container = _container(fleet, "worker", order.arguments(DEFINITIONS))
    container["env"] += [{"name": name, "value": value} for name, value in order.pace().items()]
    if fleet.cpus_per_worker is not None:
        cores = {"resource": "limits.cpu", "divisor": "1"}
        limits["cpu"] = fleet.cpus_per_worker
        container["env"].append({"name": "HPO_CPU_SLOTS", "valueFrom": {"resourceFieldRef": cores}})
    if limits:
        container["resources"] = {"limits": limits}
    pod = _pod([container], {"storage": STORAGE_SECRET})
    pod["terminationGracePeriodSeconds"] = order.warning_seconds
    if files:
        items = [{"key": _key(path), "path": path} for path in files]
        name = f"{order.name}-definitions"
        pod["volumes"].append(
            {"name": "definitions", "configMap": {"name": _name(name), "items": items}}
        )
        container["volumeMounts"].append(
            {"name": "definitions", "mountPath": DEFINITIONS, "readOnly": True}
        )
    if fleet.data_claim is not None:
        claim = {"claimName": fleet.data_claim, "readOnly": True}
        pod["volumes"].append({"name": "data", "persistentVolumeClaim": claim})
        container["volumeMounts"].append({"name": "data", "mountPath": "/data", "readOnly": True})
    return pod


def _dashboard(fleet: Fleet) -> Manifest:
    container = _container(fleet, "dashboard", ["dashboard", "--host", "0.0.0.0"])  # noqa: S104 - in its pod
    container["env"].append(
        {"name": "HPO_DASHBOARD_PASSWORD_FILE", "value": f"{SECRETS}/dashboard/password"}
    )
    container["ports"] = [{"containerPort": PORT, "name": "http"}]
    probe = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 30}
    container |= {"readinessProbe": probe, "livenessProbe": probe | {"failureThreshold": 5}}
    pod = _pod([container], {"storage": STORAGE_SECRET, "dashboard": DASHBOARD_SECRET})
    return _deployment("hpo-dashboard", "dashboard", 1, pod, {})


def _service() -> Manifest:
    spec = {
        "selector": _labels("dashboard"),
        "ports": [{"name": "http", "port": PORT, "targetPort": "http"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata("hpo-dashboard"),
        "spec": spec,
    }


def _deployment(
    name: str, role: str, replicas: int, pod: Manifest, labels: Mapping[str, str]
) -> Manifest:
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": _labels(role)},
        "template": _template(role, pod),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(name, labels),
        "spec": spec,
    }


def _pod(containers: list[Manifest], secrets: Mapping[str, str]) -> Manifest:
    """One that may do nothing but what it is for; each secret is a folder of files."""
    volumes: list[Manifest] = [{"name": name, "emptyDir": {}} for name in WRITABLE]
    for place, secret in secrets.items():
        volumes.append(
            {"name": f"{place}-secret", "secret": {"secretName": secret, "defaultMode": 0o440}}
        )
        for container in containers:
            mounted = {
                "name": f"{place}-secret",
                "mountPath": f"{SECRETS}/{place}",
                "readOnly": True,
            }
            container["volumeMounts"].append(mounted)
    rights = {
        "runAsNonRoot": True, "runAsUser": ACCOUNT, "runAsGroup": ACCOUNT, "fsGroup": ACCOUNT,
        "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    return {
        "automountServiceAccountToken": False, "securityContext": rights, "containers": containers,
        "volumes": volumes,
    }  # fmt: skip


def _container(fleet: Fleet, name: str, arguments: list[str]) -> Manifest:
    rights = {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    return {
        "name": name,
        "image": fleet.image,
        "args": arguments,
        "env": [{"name": "HPO_STORAGE_FILE", "value": f"{SECRETS}/storage/url"}],
        "securityContext": rights,
        "volumeMounts": [{"name": each, "mountPath": path} for each, path in WRITABLE.items()],
    }


def _template(role: str, pod: Manifest) -> Manifest:
    return {"metadata": {"labels": _labels(role)}, "spec": pod}


def _metadata(name: str, labels: Mapping[str, str] | None = None) -> Manifest:
    return {"name": _name(name), "labels": {"app.kubernetes.io/name": "hpo", **(labels or {})}}


def _labels(role: str) -> Manifest:
    return {"app.kubernetes.io/name": "hpo", "app.kubernetes.io/component": role}


def _name(text: str) -> str:
    """As Kubernetes wants names: in small letters, without '_' or '.', and not too long for a pod's."""
    return "".join(each if each.isalnum() else "-" for each in text.lower())[:52].strip("-")


def _key(path: str) -> str:
    return path.replace("/", "__")
