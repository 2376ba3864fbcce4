"""Which file of this machine has a study's definition."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpo import definition_finder, definition_loader
from hpo.errors import DefinitionError
from hpo.settings import Settings
from storage.records import StudyRecord
from tests.conftest import DEFINITIONS
from tests.support.marks import on

TOY = str(DEFINITIONS / "toy.py")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a machine on which no file was named before."""
    return Settings(state_dir=tmp_path / "state")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A definition of its own, which is the toy's word for word."""
    copy = tmp_path / "mine.py"
    copy.write_bytes(Path(TOY).read_bytes())
    return copy


@pytest.fixture
def of_digits(study: StudyRecord) -> StudyRecord:
    """A study of a built-in definition."""
    digits = definition_loader.load("digits")
    return replace(study, definition="digits", definition_hash=digits.hash)


@on("sqlite")
def test_a_built_in_definition_needs_no_file(settings: Settings, of_digits: StudyRecord) -> None:
    """The definition of the study's name is found with its hash, whatever files are given."""
    assert definition_finder.find(of_digits, settings).reference == "digits"
    assert definition_finder.find(of_digits, settings, [TOY]).reference == "digits"


@on("sqlite")
def test_a_file_is_found_by_the_name_in_it(
    settings: Settings, study: StudyRecord, tmp_path: Path
) -> None:
    """Of the files given, the one that defines the study's definition, whatever the file's name."""
    copy = tmp_path / "renamed.py"
    copy.write_bytes(Path(TOY).read_bytes())
    found = definition_finder.find(study, settings, ["digits", str(copy)])
    assert (found.reference, found.name) == (str(copy), "toy")
    assert found.hash == study.definition_hash


@on("sqlite")
def test_another_version_is_refused_by_name(
    settings: Settings, study: StudyRecord, of_digits: StudyRecord, tmp_path: Path
) -> None:
    """A definition of the right name with another hash is not worked with, built in or not. What
    changed since is named, and how to go on: with what was, or anew."""
    changed = tmp_path / "toy.py"
    changed.write_text(Path(TOY).read_text() + "another = True\n")
    anew = f"or begin anew by `hpo create NAME --study {changed}`"
    hpo = "use hpo of the git_commit that `hpo status toy --json` shows"
    with pytest.raises(DefinitionError) as refused:
        definition_finder.find(study, settings, [str(changed)])
    assert str(refused.value) == (
        "study 'toy' was made with another version of 'toy' (what changed is"
        f" {changed} or what it imports): bring that back as it was, {anew}"
    )
    half_changed = replace(study, definition_hash=study.definition_hash[:32] + "0" * 32)
    with pytest.raises(DefinitionError) as refused:
        definition_finder.find(half_changed, settings, [TOY])
    assert f"(what changed is the code of hpo that trains): {hpo}, or begin" in str(refused.value)
    with pytest.raises(DefinitionError) as refused:
        definition_finder.find(replace(study, definition_hash="0" * 64), settings, [str(changed)])
    assert "or what it imports and the code of hpo that trains): bring" in str(refused.value)
    assert f"as it was and {hpo}" in str(refused.value)
    with pytest.raises(
        DefinitionError, match=r"another version of 'digits' .what changed is the code"
    ):
        definition_finder.find(replace(of_digits, definition_hash="older"), settings)


@on("sqlite")
def test_without_its_file_the_mend_is_named(settings: Settings, study: StudyRecord) -> None:
    """No file, or one with another definition: the message says what to give."""
    for references in ([], ["digits"]):
        with pytest.raises(
            DefinitionError, match="no definition 'toy': give its file with --study"
        ):
            definition_finder.find(study, settings, references)


@on("sqlite")
def test_one_that_is_broken_hides_no_other(
    settings: Settings, study: StudyRecord, of_digits: StudyRecord, file: Path
) -> None:
    """Of several files those that load are found, and the built-in ones; only who looks for what is
    in none of them hears of the others."""
    broken = file.with_name("broken.py")
    broken.write_text("1 / 0\n")
    absent = file.with_name("absent.py")
    given = [str(absent), str(broken), str(file)]
    with pytest.raises(DefinitionError) as refused:
        definition_finder.find(study, settings, given[:2])
    assert definition_finder.find(study, settings, given).reference == str(file)
    assert definition_finder.find(of_digits, settings, given).reference == "digits"
    assert str(refused.value).startswith(
        "this machine has no definition 'toy' that loads: there is no"
    )
    assert f", {broken}:1 raises ZeroDivisionError: " in str(refused.value)


@on("sqlite")
def test_of_two_files_the_one_with_the_hash_is_taken(
    settings: Settings, study: StudyRecord, file: Path
) -> None:
    """Another version beside it, given first, is no reason to refuse."""
    file.write_text(file.read_text() + "another = True\n")
    assert definition_finder.find(study, settings, [str(file), TOY]).reference == TOY


@on("sqlite")
def test_a_file_that_was_named_once_need_not_be_named_again(
    settings: Settings, study: StudyRecord, file: Path
) -> None:
    """On this machine; one that is named comes first, and refuses where it is another version."""
    definition_finder.remember(settings, definition_loader.load(str(file)))
    assert definition_finder.find(study, settings).reference == str(file)
    assert definition_finder.find(study, settings, ["digits"]).reference == str(file)
    elsewhere = settings.model_copy(update={"state_dir": file.with_name("elsewhere")})
    with pytest.raises(DefinitionError, match="give its file with --study"):
        definition_finder.find(study, elsewhere)
    other = file.with_name("other.py")
    other.write_text(file.read_text() + "another = True\n")
    with pytest.raises(DefinitionError, match=f"what changed is {other} or"):
        definition_finder.find(study, settings, [str(other)])


@on("sqlite")
def test_what_was_named_and_has_changed_is_not_run(
    settings: Settings, study: StudyRecord, file: Path
) -> None:
    """Whatever lies there now; nor is it found where nothing does."""
    definition_finder.remember(settings, definition_loader.load(str(file)))
    ran = file.with_name("ran")
    file.write_text(f"open({str(ran)!r}, 'w')\n")
    with pytest.raises(DefinitionError, match=rf"what changed is {file} or .* bring that back"):
        definition_finder.find(study, settings)
    assert not ran.exists()
    assert (
        definition_finder.recall_unchanged(settings, study.definition, study.definition_hash)
        is None
    )
    file.unlink()
    with pytest.raises(DefinitionError, match=f"that loads: there is no file {file}"):
        definition_finder.find(study, settings)


@on("sqlite")
def test_two_objectives_of_a_file_are_told_apart(
    settings: Settings, study: StudyRecord, tmp_path: Path
) -> None:
    """They have the same hash, for it is of the whole file."""
    file = tmp_path / "two.py"
    file.write_text("def one(trial): return 1\n\n\ndef two(trial): return 2\n")
    for name in ("one", "two"):
        definition_finder.remember(settings, definition_loader.load(f"{file}:{name}"))
    for name in ("one", "two"):
        asked = definition_loader.load(f"{file}:{name}")
        of_it = replace(study, definition=asked.name, definition_hash=asked.hash)
        assert definition_finder.find(of_it, settings).reference == f"{file}:{name}"


@on("sqlite")
def test_what_cannot_be_kept_in_mind_is_named_again(study: StudyRecord, file: Path) -> None:
    """That is no failure."""
    blocked = Settings(state_dir=file)
    definition_finder.remember(blocked, definition_loader.load(str(file)))
    with pytest.raises(DefinitionError, match="give its file with --study"):
        definition_finder.find(study, blocked)
