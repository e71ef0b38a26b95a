"""The organisation, its locations and its groups."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow, Row
from portal.organisations import rules


class Organisation(Row):
    __tablename__ = "organisation"

    slug: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    origin: Mapped[str] = mapped_column(sa.String(255))
    host: Mapped[str] = mapped_column(sa.String(255), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    phone: Mapped[str] = mapped_column(sa.String(30))
    phone_hours: Mapped[str] = mapped_column(sa.String(200), default="")
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    colour: Mapped[str] = mapped_column(sa.String(7), default=rules.DEFAULT_COLOUR)
    language: Mapped[str] = mapped_column(sa.String(2), default="nl")
    login_text: Mapped[str] = mapped_column(sa.String(300), default="")
    credentials_mail: Mapped[str] = mapped_column(sa.String(8), default="password")
    temporary_password_hours: Mapped[int] = mapped_column(default=72)
    shortest_password: Mapped[int] = mapped_column(default=12)
    notice_months: Mapped[int] = mapped_column(default=1, server_default=sa.text("1"))  # of most contracts
    # The file itself is a row of portal.files; what every page needs of it is here. Empty: no logo.
    logo: Mapped[str] = mapped_column(sa.String(32), default="", server_default=sa.text("''"))
    logo_width: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    logo_height: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    logo_says_name: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (
        sa.CheckConstraint("credentials_mail IN ('password', 'link')", name="credentials_mail"),
        sa.CheckConstraint("temporary_password_hours BETWEEN 24 AND 168", name="temporary_password_hours"),
        sa.CheckConstraint("shortest_password BETWEEN 8 AND 64", name="shortest_password"),
    )

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")


class Location(OrganisationRow):
    __tablename__ = "location"

    name: Mapped[str] = mapped_column(sa.String(100))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # from here on no group is put in it

    __table_args__ = (sa.Index("ix_location_name", "organisation_id", "name", unique=True),)


class Group(OrganisationRow):
    __tablename__ = "care_group"  # "group" is a word of SQL

    location_id: Mapped[UUID] = mapped_column(sa.ForeignKey("location.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # from here on no child is put in it

    __table_args__ = (sa.UniqueConstraint("organisation_id", "name"),)
