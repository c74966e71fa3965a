"""Alembic's way in to the content branch; `manage.py migrate` comes through here too."""

from alembic import context

from cms import migrating

migrating.run_scripts(context, migrating.CONTENT)  # type: ignore[arg-type]
