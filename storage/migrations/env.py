"""Alembic's environment: our tables only, with a version table of our own beside Optuna's."""

from alembic import context

from storage.schema import PREFIX, VERSION_TABLE, metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Autogenerate must not offer to drop Optuna's tables."""
    return kind != "table" or (name or "").startswith(PREFIX)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=include_name,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
