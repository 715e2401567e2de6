"""What Alembic runs: the engine comes from `database`, never from a file of settings."""

from typing import Any, Literal

from alembic import context

from grader.service.tables import Moment, Table


def rendered(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """Return how a migration writes our own type: it must not depend on our code's next version."""
    is_own = kind == "type" and isinstance(value, Moment)
    return "sa.DateTime(timezone=True)" if is_own else False


engine = context.config.attributes["engine"].execution_options(grader_writes=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        render_item=rendered,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
