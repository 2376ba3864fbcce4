"""The compose files: what must hold of every service, whoever changes them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hpo.settings import Settings

ROOT = Path(__file__).parents[3]
FILES = ("docker-compose.yml", "docker-compose.gpu.yml")
SECRET = "/run/secrets/database_password"  # noqa: S105 - where it lies, not what it is
OURS = {"migration", "worker", "dashboard", "hpo"}
LASTING = {"database", "worker", "dashboard"}


def _read(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text())


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services by name, YAML's anchors resolved."""
    found: dict[str, Any] = _read(FILES[0])["services"]
    assert set(found) == OURS | {"database"}
    return found


def test_no_password_stands_anywhere(services: dict[str, Any]) -> None:
    """Of a password only the file is named: for the server and for hpo the same one, and one for
    those who look; neither has a default content, and git and images leave both out."""
    assert services["database"]["environment"]["POSTGRES_PASSWORD_FILE"] == SECRET
    for name in OURS:
        environment = services[name]["environment"]
        assert environment["HPO_STORAGE_PASSWORD_FILE"] == SECRET
        assert environment["HPO_STORAGE"] == "${HPO_STORAGE:-postgresql://hpo@database/hpo}"
    for name, service in services.items():
        own = ["dashboard_password"] if name == "dashboard" else []
        assert service["secrets"] == ["database_password", *own]
        assert not any(
            "PASSWORD" in key and not key.endswith("_FILE") for key in service["environment"]
        )
    assert _read(FILES[0])["secrets"] == {
        "database_password": {"file": "${HPO_PASSWORD_FILE:-./secrets/database_password}"},
        "dashboard_password": {
            "file": "${HPO_DASHBOARD_PASSWORD_FILE:-./secrets/dashboard_password}"
        },
    }
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_ports_are_on_this_machine_unless_asked(services: dict[str, Any]) -> None:
    """Each published port has an address of its own variable, 127.0.0.1 by default."""
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert len(ports) == 2
    for port in ports:
        assert port.startswith("${HPO_")
        assert "_ADDRESS:-127.0.0.1}:" in port


def test_signals_arrive_and_are_waited_for(services: dict[str, Any]) -> None:
    """A worker is told to leave by an init that hands signals on, and killed later than its grace
    ends; its command is no shell's."""
    worker = services["worker"]
    grace_seconds = float(worker["environment"]["HPO_GRACE_SECONDS"])
    assert grace_seconds >= Settings.model_fields["grace_seconds"].default
    assert float(worker["stop_grace_period"].removesuffix("s")) >= grace_seconds + 10
    assert worker["init"] is True
    assert worker["command"] == ["worker"]
    assert "entrypoint" not in worker
    assert services["dashboard"]["command"][0] == "dashboard"
    assert "entrypoint" not in services["dashboard"]


def test_nobody_has_rights_it_does_not_need(services: dict[str, Any]) -> None:
    """Our containers write to their volumes alone, gain no rights, and see data without being able
    to change it."""
    binds: list[str] = []
    for name in OURS:
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
        assert "user" not in service  # that of the image, which is not root
        binds += [each for each in service.get("volumes", ()) if each.startswith(("$", "."))]
    assert binds and all(each.endswith(":/data:ro") for each in binds)


def test_what_comes_after_what(services: dict[str, Any]) -> None:
    """Tables are made once the server answers, and before anybody reads them. What lasts starts
    again by itself; what is asked does not start with the rest."""
    healthy = {"database": {"condition": "service_healthy"}}
    assert services["migration"]["depends_on"] == healthy
    assert services["migration"]["command"] == ["db", "upgrade"]
    migrated = {"migration": {"condition": "service_completed_successfully"}}
    for name in OURS - {"migration"}:
        assert services[name]["depends_on"] == migrated
    assert "/healthz" in services["dashboard"]["healthcheck"]["test"][-1]
    for name in LASTING:
        assert services[name]["restart"] == "unless-stopped"
    assert all("healthcheck" in services[name] for name in LASTING - {"worker"})
    assert [name for name, each in services.items() if "profiles" in each] == ["hpo"]


def test_workers_share_what_outlives_them(services: dict[str, Any]) -> None:
    """A dead worker's journal is found by the next; nothing that lasts lies in a container."""
    volumes = services["worker"]["volumes"]
    assert {"state:/var/lib/hpo", "cache:/var/cache/hpo"} < set(volumes)
    assert "container_name" not in services["worker"]  # or it could not be scaled
    assert services["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert set(_read(FILES[0])["volumes"]) == {"database", "state", "cache"}


def test_gpus_are_asked_for_by_the_second_file_alone(services: dict[str, Any]) -> None:
    """It changes the worker's image and devices, nothing else."""
    assert all("deploy" not in service for service in services.values())
    (changed,) = _read(FILES[1])["services"].items()
    assert changed[0] == "worker"
    assert set(changed[1]) == {"image", "build", "deploy"}
    assert changed[1]["image"] != services["worker"]["image"]
    (device,) = changed[1]["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}
