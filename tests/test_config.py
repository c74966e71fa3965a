"""Configuration: what the environment may say, and how a wrong word is refused by name."""

import os
import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from cms.config import Settings
from cms.errors import BadConfiguration


def read(**environ: str) -> Settings:
    return Settings.from_environment(environ)


def test_nothing_set_is_a_local_site_on_sqlite(tmp_path: Path) -> None:
    settings = read(INSTANCE_PATH=str(tmp_path))
    assert settings.site_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/carafe.sqlite3"
    assert "localhost" in settings.trusted_hosts
    assert not settings.is_https


def test_the_port_shows_in_the_address_of_the_site() -> None:
    assert read(PORT="9000").site_url == "http://127.0.0.1:9000"
    assert read(HOST="::1", PORT="9000").site_url == "http://[::1]:9000"


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = read()
    with pytest.raises(ValidationError):
        settings.PORT = 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("WORKERS", "many"),
        ("THREADS", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("SECRET_KEY", "too short"),
        ("DATABASE_URL", "oracle://somewhere/site"),
        ("SITE_URL", "example.org"),
        ("SITE_URL", "ftp://example.org"),
        ("SITE_URL", "https://example.org/?page=1"),
        ("SITE_URL", "https://user:word@example.org"),
        ("REVERSE_PROXY", "yes"),
        ("REVERSE_PROXY", "1,1,1,1,1,1"),
        ("MAIL_URL", "pop3://mail.example.org"),
        ("MAIL_URL", "smtp://"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(BadConfiguration) as refusal:
        read(**{name: value})
    assert refusal.value.message.startswith(f"{name} is not valid: expected ")


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(BadConfiguration) as refusal:
        read(DATABASE_URL="oracle://ada:hunter2@db/site", SECRET_KEY="hunter2")
    assert "hunter2" not in refusal.value.message


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(BadConfiguration) as refusal:
        read(PORT="x", THREADS="y")
    assert len(refusal.value.message.splitlines()) == 2


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://db/site", "postgresql+psycopg://db/site"),
        ("postgresql://db/site", "postgresql+psycopg://db/site"),
        ("mysql://db/site", "mariadb+pymysql://db/site"),
        ("mariadb://db/site", "mariadb+pymysql://db/site"),
        ("sqlite:////srv/site.sqlite3", "sqlite:////srv/site.sqlite3"),
    ],
)
def test_every_usual_spelling_of_a_database_works(given: str, used: str) -> None:
    assert read(DATABASE_URL=given).database_url == used


def test_trusted_hosts_are_the_site_and_what_is_listed() -> None:
    settings = read(SITE_URL="https://example.org/blog/", TRUSTED_HOSTS="WWW.example.org, .old.org")
    assert settings.trusted_hosts == (".old.org", "example.org", "www.example.org")
    assert settings.site_url == "https://example.org/blog"
    assert settings.is_https


def test_proxies_that_are_not_named_are_not_trusted() -> None:
    assert read().proxy_counts == (0, 0, 0, 0, 0)
    assert read(REVERSE_PROXY="1,1").proxy_counts == (1, 1, 0, 0, 0)


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = read(INSTANCE_PATH=str(tmp_path / "new"))
    key = settings.secret_key()
    file = tmp_path / "new" / "secret_key"
    assert len(key) >= 32
    assert settings.secret_key() == key
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_a_secret_key_of_the_environment_writes_no_file(tmp_path: Path) -> None:
    settings = read(INSTANCE_PATH=str(tmp_path), SECRET_KEY="k" * 40)
    assert settings.secret_key() == "k" * 40
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_end_up_with_one_key(tmp_path: Path) -> None:
    settings = read(INSTANCE_PATH=str(tmp_path))
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(settings.secret_key())) for _ in "12345"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read(
        SECRET_KEY="k" * 40,
        ADMIN_PASSWORD="a quiet desk",
        MAIL_URL="smtp://ana:swordfish@mail.example.org:587",
        DATABASE_URL="postgresql://ana:trombone@db.example.org/tea",
    )
    for secret in ("kkkk", "quiet", "swordfish", "trombone"):
        assert secret not in repr(settings)
    assert settings.mail_url == "smtp://ana:swordfish@mail.example.org:587"


def test_every_setting_says_what_is_allowed_and_stands_in_the_documents() -> None:
    root = Path(__file__).parent.parent
    documents = (root / "README.md").read_text("utf-8")
    configuration = root / "docs" / "configuration.md"
    if configuration.exists():
        documents += configuration.read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`{name}`" in documents, name
