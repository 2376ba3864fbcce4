"""What asking whose fault an error is does not take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def test_no_backend_is_imported(run_python: Callable[..., str], tmp_path: Path) -> None:
    """Whoever asks need not have one; the same holds of reading checkpoints."""
    code = f"""
import sys
from pathlib import Path
from studies import checkpoint, errors
from studies.image_classification import training
checkpoint.write(checkpoint.Checkpoint(1, {{}}, {{}}), Path({str(tmp_path)!r}, "file"))
checkpoint.read(Path({str(tmp_path)!r}, "file"))
errors.fault_of(ValueError())
print([name for name in ("tensorflow", "keras", "jax", "torch") if name in sys.modules])
"""
    assert run_python(code) == "[]"
