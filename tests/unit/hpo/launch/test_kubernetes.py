"""The manifests, by the schemas of Kubernetes."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from hpo.errors import DefinitionError, UsageError
from hpo.launch import kubernetes
from hpo.launch.kubernetes import Fleet
from hpo.launch.worker_order import WorkerOrder
from hpo.settings import Settings
from tests.support.marks import slow

BETWEEN = slow("reads more schemas of versions between")
PRIVATE = "postgresql://me:sesame@host/base"
FLEET = Fleet("hpo:1", 4, gpus_per_worker=1, cpus_per_worker="4", memory="16Gi", queue="gpus")


@pytest.fixture
def order(tmp_path: Path) -> WorkerOrder:
    """Of an objective that imports what lies beside it and below."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("")
    (tmp_path / "parts" / "losses.py").write_text("LOSS = 1.0\n")
    (tmp_path / "train.py").write_text(
        "from parts.losses import LOSS\n\n\ndef objective(trial):\n    return LOSS\n"
    )
    settings = Settings(storage=PRIVATE, grace_seconds=60, data_dir=tmp_path)
    return WorkerOrder(settings, "My_study.1", (f"{tmp_path}/train.py:objective",))


def _made(order: WorkerOrder, fleet: Fleet = FLEET) -> dict[str, Any]:
    text = kubernetes.compose(order, fleet)
    assert "sesame" not in text
    documents = list(yaml.safe_load_all(text))
    return {f"{each['kind']} {each['metadata']['name']}": each for each in documents}


@pytest.mark.parametrize(
    "version",
    ["1.29", "1.37", *(pytest.param(f"1.{minor}", marks=BETWEEN) for minor in range(30, 37))],
)
def test_kubernetes_takes_them(order: WorkerOrder, version: str) -> None:
    """To the letter; of a study and of a standing fleet."""
    for each in (order, WorkerOrder(order.settings)):
        for document in _made(each, Fleet("hpo:1", 2, data_claim="data")).values():
            kubernetes_validate.validate(document, version, strict=True)
        for document in _made(each).values():
            kubernetes_validate.validate(document, version, strict=True)


def test_a_study_is_a_job_that_takes_disruptions_for_none(order: WorkerOrder) -> None:
    """It ends with the study; a pod has longer for leaving than its worker; what is in the ConfigMap is the
    definition."""
    made = _made(order)
    job = made["Job hpo-my-study-1"]
    rules = {
        rule["action"] + str(rule.get("onExitCodes", {}).get("values", ""))
        for rule in job["spec"]["podFailurePolicy"]["rules"]
    }
    assert rules == {"Ignore", "Ignore[75]", "FailJob[2]"}
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpus"
    pod = job["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 90
    (container,) = pod["containers"]
    assert container["args"] == [
        "worker", "My_study.1", "--study", "/definitions/train.py:objective",
    ]  # fmt: skip
    environment = {each["name"]: each.get("value") for each in container["env"]}
    assert environment["HPO_GRACE_SECONDS"] == "60.0"
    assert environment["HPO_STORAGE_FILE"] == "/run/secrets/hpo/storage/url"
    assert not {"HPO_STORAGE", "HPO_DATA_DIR"} & environment.keys()
    assert container["resources"]["limits"] == {"nvidia.com/gpu": 1, "memory": "16Gi", "cpu": "4"}
    data = made["ConfigMap hpo-my-study-1-definitions"]["data"]
    assert set(data) == {"train.py", "parts____init__.py", "parts__losses.py"}
    (volume,) = (each for each in pod["volumes"] if each["name"] == "definitions")
    assert volume["configMap"]["name"] == "hpo-my-study-1-definitions"
    assert {"key": "parts__losses.py", "path": "parts/losses.py"} in volume["configMap"]["items"]


def test_every_container_may_do_nothing_but_its_work(order: WorkerOrder) -> None:
    """Nobody is root, and no root file system is written."""
    pods = [
        each["spec"]["template"]["spec"]
        for each in _made(order).values()
        if "template" in each.get("spec", {})
    ]
    assert len(pods) == 3
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    """In a line, and nothing is printed."""
    with pytest.raises(UsageError, match="--workers 0"):
        Fleet("hpo:1", 0)
    missing = WorkerOrder(Settings(storage=PRIVATE), "mine", (f"{tmp_path}/none.py:objective",))
    with pytest.raises(DefinitionError, match="there is no file"):
        kubernetes.compose(missing, FLEET)
