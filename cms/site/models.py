"""Rows of settings and menus."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids
from cms.history import tracking


@tracking.track
class Setting(db.Base):
    """One value that editors set, by name and locale ('' is every locale)."""

    __tablename__ = "setting"
    __table_args__ = (db.TABLE,)

    key: Mapped[str] = mapped_column(db.key(60), primary_key=True)
    locale: Mapped[str] = mapped_column(db.key(20), primary_key=True, default="")
    value: Mapped[Any] = mapped_column(db.Json)
    updated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    def about(self) -> tuple[str, str]:
        """The setting, in whatever language."""
        return "setting", self.key


@tracking.track
class Menu(db.Base):
    """A menu of the site, shown at a place that the theme declares."""

    __tablename__ = "menu"
    __table_args__ = (sa.UniqueConstraint("place", "locale"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    place: Mapped[str] = mapped_column(db.key(40))
    locale: Mapped[str] = mapped_column(db.key(20), default="")
    name: Mapped[str] = mapped_column(db.line(120))


@tracking.track
class MenuItem(db.Base):
    """One line of a menu: leads to something of the site by identity, or to a URL."""

    __tablename__ = "menu_item"
    __table_args__ = (
        sa.Index(None, "menu_id", "position"),
        sa.CheckConstraint(
            "target_kind IN ('entry', 'term', 'profile', 'home', 'posts', 'url')", "target"
        ),
        sa.CheckConstraint("(target_kind = 'url') = (url IS NOT NULL)", "url"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    menu_id: Mapped[str] = mapped_column(sa.ForeignKey("menu.id"), type_=db.Id)
    parent_id: Mapped[str | None] = mapped_column(sa.ForeignKey("menu_item.id"), type_=db.Id)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(db.line(200), default="")
    target_kind: Mapped[str] = mapped_column(db.key(16))
    target_id: Mapped[str | None] = mapped_column(db.Id)
    url: Mapped[str | None] = mapped_column(db.key(2000))
    new_window: Mapped[bool] = mapped_column(default=False)

    def about(self) -> tuple[str, str]:
        """The menu that it is a line of."""
        return "menu", self.menu_id
