"""The column types, the same on all databases; no bare type of SQLAlchemy's stands elsewhere."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from cms import ids

MAX_PATH = 700  # characters; a UNIQUE key on MariaDB ends at 3072 bytes

MARIADB = ("mysql", "mariadb")


def _for_mariadb(type_: TypeEngine[Any], variant: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.with_variant(variant, *MARIADB)


def key(length: int) -> TypeEngine[str]:
    """Text that is compared letter by letter, at most `length` characters, for keys and paths."""
    variant = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin")
    postgres = sa.String(length, collation="C")
    return _for_mariadb(sa.String(length), variant).with_variant(postgres, "postgresql")


def line(length: int) -> TypeEngine[str]:
    """One line of text for people, at most `length` characters."""
    variant = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_unicode_520_ci")
    return _for_mariadb(sa.String(length), variant)


def long_text() -> TypeEngine[str]:
    """Text without a limit of its own (MariaDB's TEXT ends at 64 KB)."""
    variant = mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_unicode_520_ci")
    return _for_mariadb(sa.Text(), variant)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC with microseconds; naive values are refused."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in MARIADB:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive date and time was given where an aware one is needed")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain data as JSON text; a value is replaced, never changed in place."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(long_text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


Id = key(ids.LENGTH)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


class Base(DeclarativeBase):
    """The content: everything that a backup must hold."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__: Any = TABLE


class Ticks(DeclarativeBase):
    """What counts or ticks: sessions, throttles; losing it loses no content."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__: Any = TABLE
