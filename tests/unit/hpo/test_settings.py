"""Settings: where each comes from, which place wins, and what is refused."""

import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from hpo.cli import cli
from hpo.errors import UsageError
from hpo.settings import DEFAULT_STORAGE, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and home, and no setting in the environment."""
    for name in list(os.environ):
        if name.upper().startswith("HPO_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _refusal(file: Path | None = None, **flags: object) -> str:
    with pytest.raises(UsageError) as refused:
        assert load_settings(file, **flags).storage_url
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_the_file_gives_way_to_the_environment_and_that_to_flags(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each place is read; of several that name a setting, the one nearest to the user wins, and
    a flag that was not given says nothing."""
    monkeypatch.setenv("HPO_CPU_SLOTS", "2")
    monkeypatch.setenv("HPO_LEASE_SECONDS", "20")
    text = "cpu_slots = 1\nlease_seconds = 10\nstate_dir = 'here'\n"
    (folder / "hpo.toml").write_text(text)
    settings = load_settings(cpu_slots=3, storage=None)
    assert settings.cpu_slots == 3
    assert settings.lease_seconds == 20
    assert settings.state_dir == Path("here")
    assert settings.storage_url == DEFAULT_STORAGE


def test_a_file_named_by_flag_is_read_instead(folder: Path) -> None:
    """With --settings, hpo.toml is not read at all."""
    (folder / "hpo.toml").write_text("cpu_slots = 1\nlease_seconds = 10\n")
    other = folder / "other.toml"
    other.write_text("cpu_slots = 5\n")
    settings = load_settings(other)
    assert (settings.cpu_slots, settings.lease_seconds) == (5, 60)


@pytest.mark.parametrize("in_file", ["storage = 'sqlite:///toml.db'", "storage_file = 'toml.url'"])
@pytest.mark.parametrize(
    ("variable", "value", "flag", "expected"),
    [
        ("HPO_STORAGE", "sqlite:///env.db", None, "sqlite:///env.db"),
        ("HPO_STORAGE_FILE", "env.url", None, "sqlite:///env.url"),
        ("HPO_STORAGE_FILE", "env.url", "sqlite:///flag.db", "sqlite:///flag.db"),
        ("HPO_STORAGE", "sqlite:///env.db", "sqlite:///flag.db", "sqlite:///flag.db"),
        ("HPO_CPU_SLOTS", "1", "sqlite:///flag.db", "sqlite:///flag.db"),
    ],
)
def test_storage_comes_from_one_place(
    in_file: str,
    variable: str,
    value: str,
    flag: str | None,
    expected: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However the file names the storage, either variable replaces it, and --storage both."""
    (folder / "hpo.toml").write_text(in_file)
    (folder / "env.url").write_text("sqlite:///env.url")
    monkeypatch.setenv(variable, value)
    assert load_settings(storage=flag).storage_url == expected


def test_an_empty_variable_says_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HPO_STORAGE set to nothing leaves the file's word."""
    (folder / "hpo.toml").write_text("storage = 'sqlite:///toml.db'")
    monkeypatch.setenv("HPO_STORAGE", "")
    monkeypatch.setenv("HPO_STORAGE_FILE", "")
    assert load_settings().storage_url == "sqlite:///toml.db"


def test_storage_from_two_variables_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two variables that name the storage, nobody can tell which was meant."""
    monkeypatch.setenv("HPO_STORAGE", "sqlite:///a.db")
    monkeypatch.setenv("HPO_STORAGE_FILE", "b.url")
    assert "keep one of them" in _refusal()


def test_a_storage_file_holds_the_url(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content is the URL, password and all, without the white space around it; ~ is home."""
    (folder / "secret.url").write_text("\n  postgresql://me:sesame@host/base \n\n")
    monkeypatch.setenv("HPO_STORAGE_FILE", "~/secret.url")
    assert load_settings().storage_url == "postgresql://me:sesame@host/base"


def test_a_storage_file_that_cannot_be_read_is_named(folder: Path) -> None:
    """One that is absent, a folder, or no text is told by its name."""
    (folder / "folder").mkdir()
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    for name, cause in (
        ("absent", "No such file"),
        ("folder", "Is a directory"),
        ("binary", "not text"),
    ):
        (folder / "hpo.toml").write_text(f"storage_file = '{name}'")
        message = _refusal()
        assert f"storage file {name} cannot be read" in message
        assert cause in message


@pytest.mark.parametrize("password", ["sesame", "a/b@c:d %?#", "with space ", "ünï"])
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_password_file_completes_the_url(
    scheme: str, password: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its one line is the password of the URL, from whichever place that is, whatever it is made of."""
    (folder / "secret").write_text(f"{password}\n")
    (folder / "url").write_text(f"{scheme}://me@host:1234/base?application_name=x\n")
    monkeypatch.setenv("HPO_STORAGE_PASSWORD_FILE", "~/secret")
    monkeypatch.setenv("HPO_STORAGE_FILE", "url")
    for flag in (None, f"{scheme}://me@host:1234/base?application_name=x"):
        url = make_url(load_settings(storage=flag).storage_url)
        assert url.password == password
        assert (url.username, url.host, url.port, url.database) == ("me", "host", 1234, "base")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:sesame@host/base", "keep one of them"),
        ("postgresql://me@host/base?password=sesame", "keep one of them"),
        ("mysql://me@host/base?passwd=sesame", "keep one of them"),
        ("sqlite:///hpo.db", "name a server in HPO_STORAGE"),
        ("", "name a server in HPO_STORAGE"),
    ],
)
def test_a_password_file_without_a_place_is_refused(
    url: str, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL that has a password, SQLite, and nothing but the password: refused, unrepeated."""
    (folder / "secret").write_text("open sesame")
    monkeypatch.setenv("HPO_STORAGE_PASSWORD_FILE", "secret")
    monkeypatch.setenv("HPO_STORAGE", url)
    message = _refusal()
    assert said in message
    assert "sesame" not in message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent", "cannot be read: No such file"),
        ("folder", "cannot be read: Is a directory"),
        ("binary", "cannot be read: it is not text"),
        ("empty", "is empty"),
    ],
)
def test_a_password_file_without_a_password_is_named(name: str, said: str, folder: Path) -> None:
    """One that is absent, a folder, no text or empty is told by its name."""
    (folder / "folder").mkdir()
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    (folder / "empty").write_text("\n")
    (folder / "hpo.toml").write_text(
        f"storage = 'postgresql://me@host/base'\nstorage_password_file = '{name}'"
    )
    assert f"the storage password file {name} {said}" in _refusal()


@pytest.mark.parametrize(
    "url", ["postgresql://me:sesame@host/base", "postgresql://me@host/base?password=sesame"]
)
def test_a_password_in_a_flag_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line everybody sees it: refused without repeating it; the environment may
    hold it."""
    done = CliRunner().invoke(cli, ["list", "--storage", url])
    message = done.stderr
    assert done.exit_code == 2
    assert "HPO_STORAGE_FILE" in message
    assert "sesame" not in message
    monkeypatch.setenv("HPO_STORAGE", url)
    assert load_settings().storage_url == url


def test_a_url_that_cannot_be_read_is_left_to_whoever_opens_it() -> None:
    """It is refused there, with what to write."""
    for url in ("nonsense", "postgresql://me@host:port/base"):
        assert load_settings(storage=url).storage_url == url


def test_home_is_expanded_wherever_a_path_is_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """~ is the home directory in the file, too; somebody who does not exist has none."""
    (folder / "hpo.toml").write_text("data_dir = '~/data'\ncache_dir = '~'\n")
    monkeypatch.setenv("HPO_STATE_DIR", "~/state")
    settings = load_settings()
    assert (settings.data_dir, settings.cache_dir) == (folder / "data", folder)
    assert settings.state_dir == folder / "state"
    monkeypatch.setenv("HPO_STATE_DIR", "~no-such-person/state")
    assert "setting 'state_dir'" in _refusal()


def test_durations_are_written_as_people_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file, the environment and flags; a number is seconds."""
    (folder / "hpo.toml").write_text("lease_seconds = '1m30s'\ncheckpoint_seconds = 7\n")
    monkeypatch.setenv("HPO_STALL_SECONDS", "2h")
    settings = load_settings(grace_seconds="45")
    assert (settings.lease_seconds, settings.checkpoint_seconds) == (90.0, 7.0)
    assert (settings.stall_seconds, settings.grace_seconds) == (7200.0, 45.0)
    assert "write 90m, 1h30m, 45s or seconds" in _refusal(grace_seconds="soon")


def test_nobody_at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account without a home, as containers have: it is missed by whoever wants a folder there,
    not by others."""

    def lookup(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.delenv("HOME")
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", lookup)
    monkeypatch.setenv("HPO_CACHE_DIR", "here")
    settings = load_settings()
    assert settings.cache_folder == Path("here")
    with pytest.raises(UsageError, match=r"has no home folder here, and .*: set HPO_STATE_DIR"):
        _ = settings.state_folder
    monkeypatch.setenv("HOME", str(folder))
    assert settings.state_folder.is_relative_to(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"stroage = 'x'", "setting 'stroage'"),
        (b"stroage = 'x'", ": did you mean 'storage'? known settings are"),
        (b"cpu_slots = 0", "setting 'cpu_slots'"),
        (b"cpu_slots = 0", ": known settings are"),
        (b"lease_seconds = inf", "setting 'lease_seconds'"),
        (b"lease_seconds = 'long'", "setting 'lease_seconds'"),
        (b"storage = ", "hpo.toml is not TOML"),
        (b"\xff\xfe", "hpo.toml is not TOML"),
    ],
)
def test_a_wrong_settings_file_is_refused(content: bytes, said: str, folder: Path) -> None:
    """An unknown key, a value that does not fit and a file that is no TOML are told by name."""
    (folder / "hpo.toml").write_bytes(content)
    assert said in _refusal()


def test_a_settings_file_that_was_asked_for_must_exist(folder: Path) -> None:
    """A named file that is absent, or a folder, is refused; without hpo.toml all is default."""
    for file in (Path("absent.toml"), folder):
        assert f"no settings file {file}" in _refusal(file)
    assert load_settings().storage_url == DEFAULT_STORAGE


def test_the_dashboards_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in a file or in the environment, not in both, and nothing that holds it says it."""
    assert load_settings().dashboard_secret is None
    monkeypatch.setenv("HPO_DASHBOARD_PASSWORD", "correct horse")
    settings = load_settings()
    assert settings.dashboard_secret == "correct horse"  # noqa: S105 - opens nothing
    assert "horse" not in repr(settings)
    (folder / "password").write_text("battery staple\n")
    monkeypatch.setenv("HPO_DASHBOARD_PASSWORD_FILE", "password")
    with pytest.raises(UsageError, match="keep one"):
        _ = load_settings().dashboard_secret
    monkeypatch.delenv("HPO_DASHBOARD_PASSWORD")
    assert load_settings().dashboard_secret == "battery staple"  # noqa: S105 - opens nothing
    (folder / "password").write_text("\n")
    with pytest.raises(UsageError, match="is empty"):
        _ = load_settings().dashboard_secret
