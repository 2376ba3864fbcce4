"""No password shows in what people print and log."""

from urllib.parse import quote

import pytest
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from hpo.settings import Settings
from storage.connection.engine import parse_url
from storage.database import Database
from storage.errors import BadUrl
from tests.support.marks import on

PASSWORD = "M4rk-p@ss w/rd%#:x&y"  # noqa: S105 - opens nothing
ENCODED = quote(PASSWORD, safe="")
# The parts that a URL taken apart wrongly would show, too.
FORMS = {PASSWORD, ENCODED, "M4rk", "ss w", "rd%"}


def _shown(*texts: str) -> list[str]:
    return [form for form in FORMS for text in texts if form in text]


def test_a_password_that_is_not_encoded() -> None:
    """Its second half would be taken for the host, and shown: such a URL is refused."""
    with pytest.raises(BadUrl, match="%40") as raised:
        parse_url(f"postgresql://me:{PASSWORD}@127.0.0.1/x")
    assert _shown(str(raised.value)) == []


@on("sqlite")
def test_what_holds_it_does_not_say_it(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    """Settings and databases may be printed, and so may what is wrong with settings."""
    url = f"postgresql://me:{ENCODED}@127.0.0.1/x"
    opened = Database(make_url(url), db.engine)
    assert _shown(repr(Settings(storage=url)), str(Settings(storage=url)), repr(opened)) == []
    monkeypatch.setenv("HPO_STORAGE", url)
    monkeypatch.setenv("HPO_LEASE_SECONDS", url)
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert _shown(str(raised.value), repr(raised.value)) == []
