"""The key of prepared data follows from the code of its source."""

from __future__ import annotations

from pathlib import Path

from studies.code import code_loader
from studies.code.code_hash import Code

SOURCE = """
from studies.data.source import Source

class Numbers(Source):
    def read(self, data_dir, cache_folder):
        return {value}

class More(Numbers):
    pass
"""


def test_other_code_has_another_key(tmp_path: Path) -> None:
    """Of a kind of one's own, too, which is a source and nothing else; a comment changes nothing."""

    def keys(text: str) -> list[str]:
        (tmp_path / "mine.py").write_text(text)
        module = code_loader.run(Code.read(tmp_path / "mine.py"))
        return [module.Numbers().key(), module.More().key()]

    first = keys(SOURCE.format(value=1))
    assert keys(SOURCE.format(value=1) + "# as before") == first
    assert not set(first) & set(keys(SOURCE.format(value=2)))
