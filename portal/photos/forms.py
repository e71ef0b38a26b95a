"""The forms with which a group sends photos and says what is on them."""

from flask_babel import lazy_gettext

from portal.fields import Choices, Files, Form, Paragraph, Watched, options
from portal.photos.rules import ACCEPT, LONGEST_CAPTION, MOST_AT_ONCE


class _OnPhoto(Form):
    """Who is on it, of the children of the group."""

    children = Choices(lazy_gettext("Wie staat erop?"))
    caption = Paragraph(lazy_gettext("Tekst bij de foto"), None, LONGEST_CAPTION, rows=2)

    def __init__(self, children, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.children.choices = options((str(child.id), child.person.full_name) for child in children)


class PhotosForm(_OnPhoto):
    photo = Files(lazy_gettext("Foto's"), lazy_gettext("Kies een foto."), ACCEPT, MOST_AT_ONCE)


class PhotoForm(_OnPhoto, Watched):
    """One that is saved from a page of before would take a child off the photo, which others are then shown."""
