"""How long submissions waited and were graded, counted for all time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "duration",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("bound", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("what", "bound", name=op.f("pk_duration")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("duration")
