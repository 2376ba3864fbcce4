"""A brief: one study, and what this machine has to train it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpo import definitions
from hpo.definitions import Definition
from hpo.settings import Settings
from storage.records import StudyRecord
from studies.dataset import PreparedData, prepare


@dataclass(frozen=True)
class Brief:
    """The study as it was when this was made."""

    study: StudyRecord
    definition: Definition
    data: PreparedData


def make(study: StudyRecord, settings: Settings, references: Sequence[str] = ()) -> Brief:
    """Finds the study's definition and prepares its data here, which may take minutes; asks no
    database.

    Raises:
        DefinitionError: this machine does not have the study's definition.
        DataError: this machine does not have its data.
    """
    definition = definitions.find(study, references)
    configured = definition.study.with_settings(study.settings)
    return Brief(study, definition, prepare(configured.data, settings.cache_dir, settings.data_dir))
