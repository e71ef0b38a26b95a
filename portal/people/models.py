"""One word of a name."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, plain_text
from portal.people import rules


class NameWord(Model):
    """One word of a name, small and without accents. Who changes a name writes its words (actions.know_name)."""

    __tablename__ = "name_word"

    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    word: Mapped[str] = mapped_column(plain_text(rules.LONGEST_WORD), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
