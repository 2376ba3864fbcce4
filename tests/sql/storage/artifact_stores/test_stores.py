"""What every store of artifacts does, wherever their bytes lie."""

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound

from storage.artifact_stores import in_database
from storage.artifact_stores.in_database import PART_BYTES, DatabaseArtifactStore
from storage.database import Database
from storage.errors import ArtifactTooLarge, DatabaseUnavailable, StoreUnavailable
from storage.records import ArtifactRecord
from storage.states import ArtifactKind
from storage.tables import artifacts
from tests.support.handles import none_left
from tests.support.marks import needs, on

# Longer than two parts, and no part like another.
CONTENT = b"".join(bytes([part]) * PART_BYTES for part in range(2)) + b"the rest"
LONGER_THAN_ONE_UPLOAD = 5 * CONTENT
STORES = {
    "beside SQLite": "sqlite",
    "PostgreSQL": "postgresql",
    "MariaDB": "mariadb",
    "shared folder": "sqlite",
    "S3": "sqlite",
}


class TestEveryStore:
    """The contract of Optuna's stores, and ours on top of it."""

    @pytest.fixture(
        params=[
            pytest.param(name, marks=[needs("mariadbd")] if backend == "mariadb" else [])
            for name, backend in STORES.items()
        ]
    )
    def store_name(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def backend(self, store_name: str) -> str:
        """The database that such a store goes with."""
        return STORES[store_name]

    @pytest.fixture
    def db(
        self,
        url: str,
        store_name: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        request: pytest.FixtureRequest,
    ) -> Iterator[Database]:
        """A database whose artifacts lie there."""
        opened = Database.open(url)
        if store_name == "shared folder":
            opened.place_artifacts(str(tmp_path))
        elif store_name == "S3":
            server = request.getfixturevalue("s3_server")
            server.set(monkeypatch)
            opened.place_artifacts(f"s3://{server.make_bucket()}/a/prefix")
        yield opened
        opened.close()

    @pytest.mark.parametrize(
        "content", [LONGER_THAN_ONE_UPLOAD, CONTENT[:PART_BYTES], b"x"], ids=len
    )
    def test_round_trip(self, db: Database, content: bytes) -> None:
        """What is put is taken byte by byte."""
        mine, other = _record("mine", content), _record("other", content[::-1])
        artifacts.put(db.artifacts, mine.id, content)
        artifacts.put(db.artifacts, other.id, content[::-1])
        assert artifacts.take(db.artifacts, mine) == content

    def test_only_what_was_stored_is_taken(self, db: Database) -> None:
        """Bytes that are gone, or other than the row says, are none; to remove them twice is fine."""
        record = _record("a", b"right")
        assert artifacts.take(db.artifacts, record) is None
        artifacts.put(db.artifacts, record.id, b"wrong")
        assert artifacts.take(db.artifacts, record) is None
        artifacts.put(db.artifacts, record.id, b"right")
        assert artifacts.take(db.artifacts, record) == b"right"
        for _ in range(2):
            artifacts.remove(db.artifacts, record)
        assert artifacts.take(db.artifacts, record) is None

    def test_putting_again_replaces(self, db: Database) -> None:
        """An artifact whose first storing came through, though nobody heard of it, is stored
        again."""
        db.artifacts.write("a", io.BytesIO(CONTENT))
        db.artifacts.write("a", io.BytesIO(b"shorter"))
        with db.artifacts.open_reader("a") as reader:
            assert reader.read() == b"shorter"

    def test_what_is_not_there(self, db: Database) -> None:
        """Reading what was never put, or was removed, raises ArtifactNotFound."""
        with pytest.raises(ArtifactNotFound):
            db.artifacts.open_reader("a")
        db.artifacts.write("a", io.BytesIO(CONTENT))
        db.artifacts.remove("a")
        with pytest.raises(ArtifactNotFound):
            db.artifacts.open_reader("a")


def test_the_default_store(db: Database, backend: str) -> None:
    """Files lie beside an SQLite file; on a server they lie in the database."""
    kind = FileSystemArtifactStore if backend == "sqlite" else DatabaseArtifactStore
    assert isinstance(db.artifacts, kind)


@on("sqlite")
@pytest.mark.parametrize("is_shared", [False, True])
def test_what_cannot_be_read_is_not_lost(db: Database, tmp_path: Path, is_shared: bool) -> None:
    """Neither gone nor damaged, as far as is known: a process with too many open files is told so,
    and what was stored is there when it has fewer."""
    if is_shared:
        db.place_artifacts(str(tmp_path))
    record = _record("a", b"x")
    artifacts.put(db.artifacts, record.id, b"x")
    with (
        pytest.raises(StoreUnavailable, match=r"cannot be read .*Too many open files"),
        none_left(),
    ):
        artifacts.take(db.artifacts, record)
    assert artifacts.take(db.artifacts, record) == b"x"


@on("sqlite")
def test_a_folder_that_cannot_be_written(db: Database, url: str) -> None:
    """A store that takes nothing is told with its mend."""
    folder = Path(url.removeprefix("sqlite:///")).with_suffix(".artifacts")
    store = db.artifacts
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")
    with pytest.raises(DatabaseUnavailable, match=r"artifact store cannot be written .*folder"):
        artifacts.put(store, "a", b"x")


@on("postgresql", "mariadb")
def test_too_large_for_a_database(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exceeds the limit is refused with the mend, and none of it is stored."""
    monkeypatch.setattr(in_database, "LIMIT_BYTES", 2 * PART_BYTES)
    with pytest.raises(ArtifactTooLarge, match=r"exceeds 2 MiB.*smaller"):
        db.artifacts.write("a", io.BytesIO(CONTENT))
    with pytest.raises(ArtifactNotFound):
        db.artifacts.open_reader("a")
    db.artifacts.write("a", io.BytesIO(CONTENT[: 2 * PART_BYTES]))


def _record(name: str, content: bytes) -> ArtifactRecord:
    digest = hashlib.sha256(content).hexdigest()
    return ArtifactRecord(name, 1, ArtifactKind.CHECKPOINT, len(content), digest)
