"""Which file of this machine has a study's definition: one that is named, or that was named here before.

Where a file lies is kept on this machine's own disk: what a database says is never where code is read from. Nor
is a file that was kept in mind run before it is known to be the same still.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hpo import definition_loader
from hpo.definition_loader import BUILT_IN, Definition, version_of
from hpo.errors import DefinitionError, UsageError
from hpo.settings import Settings
from storage.records import StudyRecord


def find(study: StudyRecord, settings: Settings, references: Sequence[str] = ()) -> Definition:
    """The definition this machine has under the study's name, with the same hash; one that does not
    load hides no other.

    Raises:
        DefinitionError: there is none, or it differs.
        UsageError: the study was imported, and has none.
    """
    definition_loader.refuse_imported(study)
    built_in = [study.definition] if study.definition in BUILT_IN else []
    loaded, broken = definition_loader.load_all((*references, *built_in))
    named = [definition for definition in loaded if definition.name == study.definition]
    for definition in named:
        if definition.hash == study.definition_hash:
            return definition
    changed = [(definition.reference, definition.hash) for definition in named]
    known = recall(settings, study.definition, study.definition_hash)
    if known is not None and not named:
        try:
            if (now := definition_loader.hash_of(known)) == study.definition_hash:
                return definition_loader.load(known)
        except DefinitionError as error:
            broken.append(error)
        else:
            changed.append((known, now))
    for reference, now in changed:
        what, mend = definition_loader.changes(
            reference, now, study.definition_hash, version_of(study.name)
        )
        raise DefinitionError(
            f"study '{study.name}' was made with another version of '{study.definition}' ({what})",
            f"{mend}, or begin anew by `hpo create NAME --study {reference}`",
        )
    if broken:
        raise DefinitionError(
            f"this machine has no definition '{study.definition}' that loads:"
            f" {', '.join(map(str, broken))}"
        )
    raise DefinitionError(
        f"this machine has no definition '{study.definition}'", "give its file with --study"
    )


def remember(settings: Settings, definition: Definition) -> None:
    """Keeps in mind where its file lies; where that cannot be written, it has to be named again."""
    if definition.reference in BUILT_IN:
        return
    place = os.fsencode(definition.reference)
    with suppress(OSError, UsageError):
        file = _file(settings, definition.name, definition.hash)
        if file.exists() and file.read_bytes() == place:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        half_done = file.with_suffix(f".{os.getpid()}")
        half_done.write_bytes(place)
        half_done.replace(file)


def recall(settings: Settings, name: str, definition_hash: str) -> str | None:
    """The file that had the definition of that name and hash when it was last named here; None where none
    was."""
    with suppress(OSError, UsageError):
        return os.fsdecode(_file(settings, name, definition_hash).read_bytes())
    return None


def recall_unchanged(settings: Settings, name: str, definition_hash: str) -> str | None:
    """The same where it has that hash still.

    Raises:
        DefinitionError: it is not there any more.
    """
    known = recall(settings, name, definition_hash)
    is_same = known is not None and definition_loader.hash_of(known) == definition_hash
    return known if is_same else None


def _file(settings: Settings, name: str, definition_hash: str) -> Path:
    # Both may come from anywhere, and name no folder.
    key = hashlib.sha256(f"{name}\n{definition_hash}".encode()).hexdigest()
    return settings.state_folder / "definitions" / key
