"""Alembic's way in to the ticks branch; `manage.py migrate` comes through here too."""

from alembic import context

from cms import migrating

migrating.run_scripts(context, migrating.TICKS)  # type: ignore[arg-type]
