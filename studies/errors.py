"""What can be wrong with a study: its settings or its data."""


class StudyError(Exception):
    """A study cannot run as asked; the message is one line, the cause and the mend."""


class SettingsError(StudyError):
    """A setting, a parameter or a space that makes no sense."""


class DataError(StudyError):
    """A data file that is damaged, foreign or unreadable; the message names the file."""


class DataUnavailable(DataError):
    """Data found in no known place and not to be downloaded either."""


class ModelError(StudyError):
    """A saved model that cannot be used here; the message names the file."""


class CheckpointError(StudyError):
    """A checkpoint from which this training cannot go on."""
