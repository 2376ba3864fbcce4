"""The energy that a driver counts."""

import pytest

from tests.support.driver import Driver
from tests.support.marks import needs

pytestmark = needs("cc")


@pytest.mark.parametrize(
    ("scenario", "uuid", "is_known"),
    [
        ("plain", "GPU-aaaaaaaa-0000-0000-0000-000000000000", True),
        ("plain", "GPU-no-such", False),
        ("meterless", "GPU-aaaaaaaa-0000-0000-0000-000000000000", False),
        ("cut", "MIG-cccccccc-0000-0000-0000-000000000000", False),
        ("broken", "GPU-aaaaaaaa-0000-0000-0000-000000000000", False),
    ],
)
def test_the_drivers_counter(driver: Driver, scenario: str, uuid: str, is_known: bool) -> None:
    """It is read where there is one; nothing is raised where not."""
    code = f"from hpo.devices import nvidia; print(nvidia.energy_joules({uuid!r}) or 0)"
    assert (driver.answer(code, scenario) > 0) == is_known
