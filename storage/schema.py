"""Our tables, beside Optuna's in the same database. Changed only together with a migration."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.mysql import LONGBLOB, MEDIUMTEXT

PREFIX = "hpo_"
VERSION_TABLE = "hpo_alembic_version"
# Of the last migration, which makes these tables, and of the first. A later one sorts behind.
REVISION = "0012"
FIRST_REVISION = "0012"
# Where nothing is said, MySQL's texts and bytes end at 64 KiB.
LONG_TEXT = Text().with_variant(MEDIUMTEXT(), "mysql")
LONG_BYTES = LargeBinary().with_variant(LONGBLOB(), "mysql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: which database this is, for what lies outside it, and where its artifacts lie.
database = Table(
    "hpo_database",
    metadata,
    Column("uuid", String(36), primary_key=True),
    Column("artifacts", Text),
    Column("created_ms", BigInteger, nullable=False),
)

studies = Table(
    "hpo_studies",
    metadata,
    Column("id", Integer, primary_key=True),
    # Kept in an attribute of Optuna's study too: SQLite reuses deleted ids, a UUID is never reused.
    Column("uuid", String(36), nullable=False, unique=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("definition", String(255), nullable=False),
    Column("definition_hash", String(64), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("baseline", JSON, nullable=False),
    # What its search does not choose: values by the names of parameters.
    Column("fixed", JSON, nullable=False),
    # By what its trials are compared, and which of two values is the better.
    Column("metric", String(255), nullable=False),
    Column("direction", String(16), nullable=False),
    # How many configurations its space has, where those can be counted.
    Column("points", Integer),
    # The prepared data that the first worker had; set once, then the same for all.
    Column("data_sha256", String(64)),
    # What the first worker chose where the settings leave it open, and why; set once, too.
    Column("precision", String(32)),
    Column("precision_reason", LONG_TEXT),
    Column("seed", BigInteger, nullable=False),
    # How its search ends trials early; see states.Pruner.
    Column("pruner", String(16), nullable=False),
    Column("trials", Integer, nullable=False),
    Column("select_top", Integer, nullable=False),
    Column("select_seeds", Integer, nullable=False),
    Column("final_seeds", Integer, nullable=False),
    # Workers that serve all studies take the jobs of a higher one first.
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("timeout_ms", BigInteger),
    # Of the study as a whole, and how many final seeds fit into it, where those are fewer than asked for.
    Column("total_timeout_ms", BigInteger),
    Column("fitting_seeds", Integer),
    Column("target", Double),
    # So many trials in a row that are no better than the best end the search.
    Column("patience", Integer),
    Column("sampler", String(16), nullable=False),
    # The study of whose trials its search knows from the beginning.
    Column("source", String(255)),
    Column("generation", Integer, nullable=False),
    Column("phase", String(16), nullable=False),
    Column("reason", LONG_TEXT),
    # Set while `hpo stop` keeps the study from being worked on.
    Column("halted_ms", BigInteger),
    # After an outage of the database all leases look expired: until then none is taken over.
    Column("takeover_after_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

jobs = Table(
    "hpo_jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("study_id", ForeignKey("hpo_studies.id", ondelete="CASCADE"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("phase", String(16), nullable=False),
    # The number of the search job that the configuration comes from; see records.BASELINE.
    Column("configuration", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("data_set", String(16), nullable=False),
    Column("params", JSON(none_as_null=True)),
    Column("trial_id", Integer),
    Column("trial_number", Integer),
    Column("state", String(16), nullable=False),
    Column("token", String(36)),
    Column("lease_expires_ms", BigInteger),
    Column("worker_id", String(36)),
    Column("attempts", Integer, nullable=False, server_default="0"),  # claims of it
    # How many workers or children were lost while they held this job.
    Column("losses", Integer, nullable=False, server_default="0"),
    # How often it ran out of memory on a device that it shared; then it is to have one alone.
    Column("exhaustions", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("epoch_seconds", Double),  # what that epoch took
    Column("score", Double),
    # All of them, of a trial that has several; the first is its score.
    Column("scores", JSON(none_as_null=True)),
    # False where it ended with a constraint above zero, as Optuna's trial says constraint by constraint.
    Column("is_feasible", Boolean, nullable=False, server_default="1"),
    Column("loss", Double),
    # Of a search job: the rung it stands at or trains towards, counted from 0, by what it was compared
    # at the last one that it came to, the lower the better, and when that was.
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("rung_value", Double),
    Column("rung_ms", BigInteger),
    Column("reason", LONG_TEXT),
    # What differed between the machine that wrote a checkpoint and the one that went on from it.
    Column("resumed_across", LONG_TEXT),
    # What its trainings cost, those that were lost too. Of devices without a meter no energy is known.
    Column("device_seconds", Double, nullable=False, server_default="0"),
    Column("energy_joules", Double, nullable=False, server_default="0"),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),  # the last claim
    Column("ended_ms", BigInteger),
    UniqueConstraint("study_id", "generation", "phase", "configuration", "seed", "data_set"),
    # A claim takes the oldest of a state, and asks for the baseline.
    Index(None, "study_id", "state", "id"),
    # ... or the best that is paused at a rung.
    Index(None, "study_id", "state", "rung", "rung_value"),
    Index(None, "study_id", "configuration"),
    # Of each trial in Optuna's study it is asked whether it is ours.
    Index(None, "trial_id"),
)

# One row for each rung that a search job came to: what went on, or has ended, counts there for ever.
rungs = Table(
    "hpo_rungs",
    metadata,
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("rung", Integer, primary_key=True, autoincrement=False),
    Column("study_id", Integer, nullable=False),
    Column("value", Double, nullable=False),
    Index(None, "study_id", "rung", "value", "job_id"),
)

# What the trials of another study had come to when this one was created from it; that one may go.
earlier_trials = Table(
    "hpo_earlier_trials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "study_id", ForeignKey("hpo_studies.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("configuration", Integer, nullable=False),
    Column("params", JSON, nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("score", Double, nullable=False),
    # All of them, of a trial that has several.
    Column("scores", JSON(none_as_null=True)),
)

# One row for each claim of a job: who held it, on which device, and how that ended.
attempts = Table(
    "hpo_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    # Of the claim's lease, until the loss of it is taken back.
    Column("token", String(36)),
    Column("worker_id", String(36), nullable=False),
    Column("device", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", LONG_TEXT),
    # The epoch of the checkpoint that it went on from, if from any.
    Column("began_epoch", Integer, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
)

# What the nth attempt at a job printed, counted from 1, compressed; none where that was nothing.
logs = Table(
    "hpo_logs",
    metadata,
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("content", LONG_BYTES, nullable=False),
)

workers = Table(
    "hpo_workers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("provenance", JSON, nullable=False),
    # Equal for all that run under one kernel, containers too.
    Column("machine", String(64)),
    # What its devices did when last measured; see hpo.devices.metering.
    Column("usage", JSON(none_as_null=True)),
    Column("started_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("left_ms", BigInteger),
)

evaluations = Table(
    "hpo_evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="CASCADE"), nullable=False),
    Column("split", String(16), nullable=False),
    # One unsigned byte an image, in the order of the split's file.
    Column("labels", LONG_BYTES, nullable=False),
    Column("predictions", LONG_BYTES, nullable=False),
    # Cross-entropy in nats, or whatever the study judges by: one little-endian float32 an example.
    Column("losses", LONG_BYTES, nullable=False),
    UniqueConstraint("job_id", "split"),
)

# The seal of the holdouts: each training that was given one. It outlives studies and their jobs,
# and so says again what their rows say.
openings = Table(
    "hpo_openings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="SET NULL"), unique=True),
    Column("holdout_sha256", String(64), nullable=False, index=True),
    Column("opened_ms", BigInteger, nullable=False),
    Column("who", String(255), nullable=False),
    Column("study", String(255), nullable=False),
    Column("study_uuid", String(36), nullable=False),
    Column("definition", String(255), nullable=False),
    Column("definition_hash", String(64), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("configuration", Integer, nullable=False),
    Column("params", JSON, nullable=False),
    Column("seed", BigInteger, nullable=False),
    # In a copy of a study, the row of which this is one: the same use of the holdout, which counts once.
    Column("origin_id", Integer),
)

# A row stands here before the first byte of an artifact is written and until the last is removed,
# so that none is ever without one. The artifact is valid while `stored_ms` is set.
artifacts = Table(
    "hpo_artifacts",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("job_id", ForeignKey("hpo_jobs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    # Of a checkpoint: the epochs that were trained, and what they were trained with.
    Column("epoch", Integer),
    Column("provenance", JSON(none_as_null=True)),
    Column("created_ms", BigInteger, nullable=False),
    Column("stored_ms", BigInteger),
    Index(None, "job_id", "kind"),
)

blobs = Table(
    "hpo_blobs",
    metadata,
    Column("artifact_id", String(128), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("content", LONG_BYTES, nullable=False),
)
