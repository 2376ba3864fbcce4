"""Settings of this machine: a TOML file, then the environment (HPO_...), then flags."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import BeforeValidator, Field, PositiveInt, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hpo.errors import UsageError
from hpo.formatting import read_duration
from studies.errors import nearest_first

DEFAULT_FILE = Path("hpo.toml")
DEFAULT_STORAGE = "sqlite:///hpo.db"
Seconds = Annotated[
    float, BeforeValidator(lambda given: read_duration(given) if isinstance(given, str) else given)
]
"""As a number, or as people write a duration."""


class Settings(BaseSettings):
    """Where state lives and how this machine works; nothing here changes what a trial means."""

    model_config = SettingsConfigDict(
        env_prefix="HPO_",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    storage: str | None = Field(None, repr=False)
    """URL of the database, by default `sqlite:///hpo.db`. One with a password goes into the environment or a
    file."""
    storage_file: Path | None = None
    """A file that holds the URL: for one with a password."""
    artifacts: str | None = None
    """A folder that all machines mount, or `s3://BUCKET/PREFIX`, for models and checkpoints of a new database; or
    where that folder is mounted here. By default beside an SQLite file, else in the database."""
    storage_password_file: Path | None = None
    """A file that holds the password alone, for a URL without one: as Docker and systemd give it."""
    data_dir: Path | None = None
    """Where data sets are looked for first."""
    cache_dir: Path | None = None
    """Prepared and downloaded data; by default the system's place for such."""
    state_dir: Path | None = None
    """Journals of workers; likewise."""
    cpu_slots: PositiveInt | None = None
    """Children that train on the CPU side by side; by default one a core."""
    devices: str | None = Field(None, min_length=1)
    """The GPUs to train on, by index or UUID, with commas between; by default all that are seen."""
    per_device: PositiveInt = 1
    """Children that train on each GPU side by side."""
    lease_seconds: Seconds = Field(60.0, gt=0, allow_inf_nan=False)
    """How long a job waits for a worker that is not heard of."""
    checkpoint_seconds: Seconds = Field(30.0, ge=0, allow_inf_nan=False)
    """How long a training goes on between two checkpoints, at least; 0 writes one each epoch."""
    stall_seconds: Seconds = Field(1800.0, gt=0, allow_inf_nan=False)
    """How long a child may say nothing before it is taken to hang."""
    grace_seconds: Seconds = Field(30.0, gt=0, allow_inf_nan=False)
    """How long a worker that is asked to stop may take."""
    idle_exit_seconds: Seconds | None = Field(None, gt=0, allow_inf_nan=False)
    """How long a worker waits for something to do before it leaves; by default for ever."""

    on_end: str | None = Field(None, min_length=1, repr=False)
    """A command, or a URL, that is told when a study ends; it may hold a secret."""

    dashboard_password: str | None = Field(None, repr=False)
    """What whoever looks at the dashboard has to give; by default none is asked for."""
    dashboard_password_file: Path | None = None
    """A file that holds it."""

    @property
    def dashboard_secret(self) -> str | None:
        """The dashboard's password, from whichever place holds it.

        Raises:
            UsageError: two places do, or the file cannot be read or is empty.
        """
        if self.dashboard_password_file is None:
            return self.dashboard_password
        if self.dashboard_password is not None:
            raise UsageError(
                "both a dashboard password and a file of it are set", "keep one of them"
            )
        return _read_password("dashboard password file", self.dashboard_password_file)

    @property
    def cache_folder(self) -> Path:
        """That of `cache_dir`, by default the system's place for such.

        Raises:
            UsageError: it is not set, and nobody knows where this account is at home.
        """
        return self.cache_dir or _at_home(platformdirs.user_cache_path, "HPO_CACHE_DIR")

    @property
    def state_folder(self) -> Path:
        """That of `state_dir`, likewise."""
        return self.state_dir or _at_home(platformdirs.user_state_path, "HPO_STATE_DIR")

    @field_validator(
        "storage_file", "storage_password_file", "dashboard_password_file", "data_dir", "cache_dir",
        "state_dir",
    )  # fmt: skip
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        try:
            return path and path.expanduser()
        except RuntimeError as error:  # ~name, and there is no such person
            raise ValueError(str(error)) from error

    @property
    def storage_url(self) -> str:
        """The storage URL, from whichever place names it, with the password.

        Raises:
            UsageError: two places name it, a file cannot be read, or the password has no place.
        """
        if self.storage_password_file is None:
            return self.named_storage
        return _with_password(self.named_storage, self.storage_password_file)

    @property
    def named_storage(self) -> str:
        """The storage URL without what stands in the password file.

        Raises:
            UsageError: two places name it, or the file cannot be read.
        """
        if self.storage_file is None:
            return self.storage or DEFAULT_STORAGE
        if self.storage is not None:
            raise UsageError("both a storage URL and a storage file are set", "keep one of them")
        return _read("storage file", self.storage_file).strip()

    def for_workers(self) -> dict[str, str]:
        """As the variables of a worker that is to have them, but for where the database is, and for what is
        secret and none of its business."""
        others = {
            "storage",
            "storage_file",
            "dashboard_password",
            "dashboard_password_file",
            "on_end",
        }
        given = self.model_dump(mode="json", exclude=others, exclude_none=True)
        return {f"HPO_{key.upper()}": str(value) for key, value in given.items()}


def load_settings(file: Path | None = None, **flags: Any) -> Settings:
    """Reads the settings; flags that are None were not given.

    Raises:
        UsageError: a malformed file, an unknown key, or a value that does not fit.
    """
    given = {key: value for key, value in flags.items() if value is not None}
    if "storage" in given:
        given["storage_file"] = None
    if file is not None and not file.is_file():
        raise UsageError(f"there is no settings file {file}", "name one that exists")
    source = file or DEFAULT_FILE
    try:
        # Of one class, wherever they were read from: those with equal values are equal.
        return Settings(**_class_reading(source)(**given).model_dump())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the settings file {source} is not TOML ({error})", "mend it") from error
    except OSError as error:
        raise UsageError(f"the settings file {source} cannot be read: {_cause(error)}") from error
    except ValidationError as error:
        raise _misfit(error) from None


def change_settings(settings: Settings, **flags: Any) -> Settings:
    """These settings with others from flags; those that are None were not given.

    Raises:
        UsageError: a value that does not fit.
    """
    given = {key: value for key, value in flags.items() if value is not None}
    try:
        return Settings(**settings.model_dump() | given)
    except ValidationError as error:
        raise _misfit(error) from None


def _misfit(error: ValidationError) -> UsageError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    known = Settings.model_fields
    words = f"known settings are {', '.join(known)}"
    mend = words if key in known else nearest_first(key, known, words)
    return UsageError(f"setting '{key}': {first['msg']}", mend)


def _at_home(find: Callable[[str], Path], variable: str) -> Path:
    try:
        return find("hpo")
    except RuntimeError as error:
        raise UsageError(
            f"account {os.getuid()} has no home folder here, and HOME names none", f"set {variable}"
        ) from error


def _class_reading(file: Path) -> type[Settings]:
    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, _File(settings_cls)

    return FromFile


class _File(TomlConfigSettingsSource):
    """The settings file; what it says of the storage gives way to either variable."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        if os.environ.get("HPO_STORAGE") or os.environ.get("HPO_STORAGE_FILE"):
            values = {key: values[key] for key in values.keys() - {"storage", "storage_file"}}
        return values


def _with_password(text: str, file: Path) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return text  # said where the URL is opened
    if url.get_backend_name() == "sqlite":
        raise UsageError(
            "a storage password file is set, but the storage is SQLite, which has none",
            "name a server in HPO_STORAGE, such as postgresql://USER@HOST/DATABASE",
        )
    if holds_password(url):
        raise UsageError(
            "both the storage URL and the storage password file hold a password", "keep one of them"
        )
    password = _read_password("storage password file", file)
    return url.set(password=password).render_as_string(hide_password=False)


def _read_password(what: str, file: Path) -> str:
    # Whoever writes such a file with an editor or echo ends the line.
    password = _read(what, file).rstrip("\n")
    if not password:
        raise UsageError(f"the {what} {file} is empty", "write the password into it")
    return password


def read_place(option: str, url: str | None, file: Path | None) -> str:
    """The URL of another database, from an option of the command line or from the file that `option`-file names.

    Raises:
        UsageError: neither is given, or both; it has a password on the command line, or the file cannot be read.
    """
    if (url is None) == (file is None):
        raise UsageError(f"one of {option} and {option}-file is needed", "say which database it is")
    if file is not None:
        return _read("file of the URL", file).strip()
    assert url is not None
    refuse_password(url, f"a file with the URL, and give {option}-file FILE")
    return url


def _read(what: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the {what} {file} cannot be read: {_cause(error)}") from error


def _cause(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is not text"


def refuse_password(
    text: str, where: str = "HPO_STORAGE, or the URL into a file named by HPO_STORAGE_FILE"
) -> None:
    """Raises:
    UsageError: a URL from a command line holds one, which is to stand elsewhere.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return  # said where the URL is opened
    if holds_password(url):
        raise UsageError(
            "a password on the command line can be seen by everybody on this machine (ps)",
            f"put it into {where}",
        )


def holds_password(url: URL) -> bool:
    """Whether a password stands in it, at either place."""
    return bool(url.password) or not {"password", "passwd"}.isdisjoint(url.query)
