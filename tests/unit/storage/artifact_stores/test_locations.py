"""Where artifacts lie: chosen once for all machines, and proved on each by its marker."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from optuna.artifacts._protocol import ArtifactStore

from storage.artifact_stores import locations
from storage.artifact_stores import s3 as s3_store
from storage.artifact_stores.ownership_marker import NAME, Marker
from storage.database import Database
from storage.errors import BadPlace, StoreUnavailable
from storage.records import ArtifactRecord
from storage.states import ArtifactKind
from storage.tables import artifacts, database_identity, workers
from tests.support import s3
from tests.support.s3 import S3
from tests.support.squares import Held


@pytest.fixture
def backend() -> str:
    """Where the row that says so lies makes no difference."""
    return "sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that other machines could mount."""
    made = tmp_path / "shared"
    made.mkdir()
    return made


@pytest.fixture
def elsewhere(folder: Path) -> Path:
    """Where another machine has it."""
    link = folder.with_name("elsewhere")
    link.symlink_to(folder)
    return link


@pytest.fixture
def bucket(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket that this process finds."""
    s3_server.set(monkeypatch)
    return s3_server.make_bucket()


def _place(db: Database) -> str | None:
    with db.reading() as tx:
        return database_identity.get(tx).artifacts


def _record(job_id: int) -> ArtifactRecord:
    return ArtifactRecord("a", job_id, ArtifactKind.CHECKPOINT, 0, "0" * 64)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/mnt/hpo", "/mnt/hpo"),
        ("/mnt/hpo/", "/mnt/hpo"),
        ("s3://a-bucket", "s3://a-bucket/"),
        ("s3://a-bucket/a/prefix/", "s3://a-bucket/a/prefix"),
    ],
)
def test_places_that_are_taken(text: str, place: str) -> None:
    """A folder and a bucket, each written in one way only."""
    assert locations.parse(text) == place


def test_a_folder_is_meant_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or from home; other machines are told it from the root."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert locations.parse("here") == f"{tmp_path}/here"
    assert locations.parse("~/there") == "/home/me/there"


@pytest.mark.parametrize(
    "text", ["gs://bucket", "s3://", "s3://me:sesame@bucket/x", "S3://bucket", "file:///mnt/hpo"]
)
def test_places_that_are_refused(text: str) -> None:
    """The refusal says what to write, and repeats nothing: there may be a password in it."""
    with pytest.raises(BadPlace, match="name a folder, or s3://BUCKET/PREFIX") as refused:
        locations.parse(text)
    assert "sesame" not in str(refused.value)


def test_every_machine_is_told_of_a_folder(
    db: Database, url: str, folder: Path, elsewhere: Path
) -> None:
    """It is chosen once; others find it by what the database says, or by the name that they say
    it has with them. To choose it again changes nothing, whatever it is called."""
    db.place_artifacts(str(folder))
    db.artifacts.write("a", (folder / NAME).open("rb"))
    for name in (None, str(elsewhere)):
        with Database.open(url, name).artifacts.open_reader("a") as reader:
            assert reader.read() == (folder / NAME).read_bytes()
    for name in (str(folder), str(elsewhere)):
        Database.create(url, name).place_artifacts(name)
    assert _place(db) == str(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a", NAME]


def test_every_machine_is_told_of_a_bucket(
    db: Database, url: str, bucket: str, s3_server: S3
) -> None:
    """As of a folder; but it has one name only."""
    place = f"s3://{bucket}/runs"
    with Database.create(url, place).artifacts.open_reader(NAME) as reader:
        s3_server.put(bucket, "runs/a", reader.read())
    for name in (None, place, f"{place}/"):
        with Database.open(url, name).artifacts.open_reader("a") as reader:
            assert reader.read()
    assert s3_server.keys(bucket) == ["runs/a", f"runs/{NAME}"]
    for other in (f"s3://{bucket}/other", "/mnt/hpo"):
        with pytest.raises(BadPlace, match=rf"lie in {place}, not in .*: unset HPO_ARTIFACTS"):
            _ = Database.open(url, other).artifacts


def test_a_new_database_takes_the_place_that_is_set(
    db: Database, url: str, folder: Path, tmp_path: Path
) -> None:
    """Where nobody has chosen, whoever creates does; later settings only say where it is."""
    for path in (folder, tmp_path):
        Database.create(url, str(path))
        assert _place(db) == str(folder)
    assert not (tmp_path / NAME).exists()


def test_a_folder_without_the_marker_is_refused(
    db: Database, url: str, folder: Path, tmp_path: Path
) -> None:
    """A folder of that name that is another one is found out, and left as it is."""
    db.place_artifacts(str(folder))
    other = tmp_path / "other"
    for name in (other, other / "not there"):
        other.mkdir(exist_ok=True)
        with pytest.raises(StoreUnavailable, match=rf"{name} does not hold the marker.*: mount"):
            _ = Database.open(url, str(name)).artifacts
        assert list(other.iterdir()) == []
    (folder / NAME).unlink()
    for open_it in (
        lambda: Database.open(url).artifacts,
        lambda: db.place_artifacts(str(folder)),
    ):
        with pytest.raises(StoreUnavailable, match=rf"{folder} does not hold the marker"):
            open_it()
    assert list(folder.iterdir()) == []


def test_a_bucket_without_the_marker_is_refused(
    db: Database, url: str, bucket: str, s3_server: S3
) -> None:
    """One of the same name on another server, or of another account, is found out."""
    db.place_artifacts(f"s3://{bucket}")
    s3_server.client.delete_object(Bucket=bucket, Key=NAME)
    with pytest.raises(StoreUnavailable, match=r"does not hold the marker.*AWS_ENDPOINT_URL"):
        _ = Database.open(url).artifacts
    assert s3_server.keys(bucket) == []


def test_a_folder_is_one_databases_only(db: Database, folder: Path, tmp_path: Path) -> None:
    """What another has marked is refused, and its marker stays."""
    (folder / NAME).write_text("another\n/mnt/hpo\n")
    with pytest.raises(BadPlace, match=rf"{folder} holds the artifacts of another database"):
        db.place_artifacts(str(folder))
    assert (folder / NAME).read_text() == "another\n/mnt/hpo\n"
    with pytest.raises(BadPlace, match=r"there is no folder .*/missing: make or mount it"):
        db.place_artifacts(str(tmp_path / "missing"))
    assert _place(db) is None


def test_artifacts_do_not_move(
    db: Database, folder: Path, tmp_path: Path, held: Held, url: str
) -> None:
    """Where there are some already, another place is refused; the first time, too."""
    with db.transaction() as tx:
        artifacts.announce(tx, _record(held.job.id))
    with pytest.raises(BadPlace, match=r"lie in the place that nobody chose, 1 of them, and do"):
        Database.create(url, str(folder))
    assert list(folder.iterdir()) == []
    with db.transaction() as tx:
        artifacts.forget(tx, _record(held.job.id))
    db.place_artifacts(str(folder))
    with db.transaction() as tx:
        artifacts.announce(tx, _record(held.job.id))
    with pytest.raises(BadPlace, match=rf"lie in {folder}, 1 of them, and do not move"):
        db.place_artifacts(str(tmp_path))
    with db.transaction() as tx:
        artifacts.forget(tx, _record(held.job.id))
    db.place_artifacts(str(tmp_path))
    # The place that was left is not taken for the one that they went to.
    with pytest.raises(StoreUnavailable, match=rf"{folder} does not hold the marker"):
        _ = Database.open(url, str(folder)).artifacts


def test_no_place_is_chosen_behind_the_back_of_workers(db: Database, folder: Path) -> None:
    """Those at work would go on storing where they did."""
    with db.transaction() as tx:
        workers.join(tx, "w1", "far", 17, [], {}, "a machine", 60)
    with pytest.raises(BadPlace, match=r"workers on far know of another place.*stop them first"):
        db.place_artifacts(str(folder))
    assert (_place(db), list(folder.iterdir())) == (None, [])
    with db.transaction() as tx:
        workers.leave(tx, "w1")
    db.place_artifacts(str(folder))


def test_a_place_that_was_never_chosen_is_refused(db: Database, url: str, folder: Path) -> None:
    """Whoever sets one that the database knows nothing of is told so, before anything is stored."""
    with pytest.raises(BadPlace, match=rf"do not lie in {folder}: unset HPO_ARTIFACTS, or choose"):
        _ = Database.open(url, str(folder)).artifacts


def test_a_folder_that_goes_away(db: Database, folder: Path, held: Held) -> None:
    """While it is not mounted there is an empty mount point: nothing is written into it, and what
    was stored does not count as lost; once it is back all goes on."""
    db.place_artifacts(str(folder))
    store, record = db.artifacts, _record(held.job.id)
    artifacts.put(store, record.id, b"")
    away = folder.rename(folder.with_name("away"))
    for is_mount_point in (False, True):
        if is_mount_point:
            folder.mkdir()
        uses: tuple[Callable[[], object], ...] = (
            lambda: artifacts.put(store, "b", b"x"),
            lambda: artifacts.take(store, record),
            lambda: artifacts.remove(store, record),
        )
        for use in uses:
            with pytest.raises(StoreUnavailable, match="does not hold the marker"):
                use()
    assert list(folder.iterdir()) == []
    folder.rmdir()
    away.rename(folder)
    artifacts.put(store, record.id, b"again")
    (folder / record.id).unlink()
    assert artifacts.take(store, record) is None


def test_a_folder_that_goes_away_in_this_moment(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not found counts as lost only where the folder is found after that, too."""
    db.place_artifacts(str(folder))
    store = db.artifacts
    real = Marker.is_in

    def unmount_then(marker: Marker, files: ArtifactStore) -> bool:
        monkeypatch.setattr(Marker, "is_in", real)
        is_there = marker.is_in(files)
        folder.rename(folder.with_name("away"))
        return is_there

    monkeypatch.setattr(Marker, "is_in", unmount_then)
    with pytest.raises(StoreUnavailable, match="does not hold the marker"):
        artifacts.take(store, _record(1))


def test_a_marker_that_cannot_be_read(db: Database, folder: Path) -> None:
    """Nothing is known of it: it may be another database's, and is not written over."""
    (folder / NAME).mkdir()
    with pytest.raises(StoreUnavailable, match="artifact store cannot be read"):
        db.place_artifacts(str(folder))
    assert _place(db) is None


def test_without_boto3(db: Database, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: who needs it and has not got it is told how to get it."""
    db.place_artifacts(f"s3://{bucket}")
    monkeypatch.setitem(sys.modules, "storage.artifact_stores.s3", None)
    with pytest.raises(StoreUnavailable, match=r"need boto3: .*pip install 'hpo\[s3\]'"):
        _ = db.artifacts


def test_without_credentials(
    db: Database, bucket: str, s3_server: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named."""
    for name in s3.CREDENTIALS:
        monkeypatch.delenv(name)
    with pytest.raises(StoreUnavailable, match=r"no credentials .*set AWS_ACCESS_KEY_ID and"):
        db.place_artifacts(f"s3://{bucket}")
    assert _place(db) is None
    assert s3_server.keys(bucket) == []


def test_a_bucket_that_is_not_there(db: Database, bucket: str, s3_server: S3) -> None:
    """Neither when it is chosen, nor later: then what was stored does not count as lost."""
    with pytest.raises(StoreUnavailable, match=r"s3://nowhere/ .*\(NoSuchBucket\): make the"):
        db.place_artifacts("s3://nowhere")
    assert _place(db) is None
    db.place_artifacts(f"s3://{bucket}")
    store = db.artifacts
    s3_server.client.delete_object(Bucket=bucket, Key=NAME)
    s3_server.client.delete_bucket(Bucket=bucket)
    uses: tuple[Callable[[], object], ...] = (
        lambda: artifacts.put(store, "b", b"x"),
        lambda: artifacts.take(store, _record(1)),
        lambda: artifacts.remove(store, _record(1)),
    )
    for use in uses:
        with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
            use()


def test_a_right_that_is_missing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to have granted is named. Without the right to list, S3 refuses to say that something
    is not there: who chooses the bucket hears of it."""
    body = b"<Error><Code>AccessDenied</Code></Error>"
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with s3.saying(refusal) as server:
        server.set(monkeypatch)
        with pytest.raises(StoreUnavailable, match=r"\(AccessDenied\): have s3:GetObject.*ListBu"):
            db.place_artifacts("s3://bucket")


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("nonsense-sesame", r"settings of S3 cannot be used \(ValueError\): mend AWS_ENDPOINT_URL"),
        ("http://me:sesame@127.0.0.1:1", "AWS_ENDPOINT_URL holds a password: take it out"),
        ("http://127.0.0.1:1", r"cannot be used \(EndpointConnectionError\): check that it is up"),
    ],
)
def test_an_endpoint_that_cannot_be_used(
    db: Database, s3_server: S3, monkeypatch: pytest.MonkeyPatch, endpoint: str, said: str
) -> None:
    """It is not repeated: there may be a password in it."""
    s3_server.set(monkeypatch, AWS_ENDPOINT_URL=endpoint)
    with pytest.raises(StoreUnavailable, match=said) as refused:
        db.place_artifacts("s3://bucket")
    assert "sesame" not in str(refused.value)


def test_a_server_that_says_nothing(
    db: Database, bucket: str, s3_server: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up after a set time, or no lease would outlive it."""
    monkeypatch.setattr(s3_store, "SILENCE_SECONDS", 0.5)
    db.place_artifacts(f"s3://{bucket}")
    with s3.saying(b"") as mute:
        mute.set(monkeypatch)
        store = s3_store.S3Store(bucket, "")
        uses: tuple[Callable[[], object], ...] = (
            lambda: artifacts.put(store, "b", bytes(9 << 20)),
            lambda: artifacts.take(store, _record(1)),
            lambda: artifacts.remove(store, _record(1)),
        )
        for use in uses:
            begun = time.monotonic()
            with pytest.raises(StoreUnavailable, match="Timeout"):
                use()
            assert time.monotonic() - begun < 10
