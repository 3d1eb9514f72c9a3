"""runs that return: what was known already, and the run of an earlier contact that one takes up

Plain ``ALTER TABLE``, the constraints within the columns, as in 0013.
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE script_run_steps ADD COLUMN origin VARCHAR(8) DEFAULT 'asked' NOT NULL "
        "CONSTRAINT ck_script_run_steps_origin_known "
        "CHECK (origin IN ('asked', 'known', 'resumed'))"
    )
    op.execute(
        "ALTER TABLE script_runs ADD COLUMN resumes_id INTEGER "
        "CONSTRAINT fk_script_runs_resumes_id_script_runs REFERENCES script_runs (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE script_runs DROP COLUMN resumes_id")
    op.execute("ALTER TABLE script_run_steps DROP COLUMN origin")
