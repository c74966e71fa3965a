"""What a WSGI server loads: `granian --interface wsgi cms.wsgi:app`, `gunicorn cms.wsgi:app`."""

from cms import create_app, logs
from cms.config import Settings

settings = Settings.from_environment()
logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
app = create_app(settings)
