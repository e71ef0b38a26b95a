"""From what stands in an address to a photo this visitor may see now, and to the answer that holds it."""

from uuid import UUID

from flask import Response, abort, request
from flask_login import current_user

from portal.children.find import seen_groups
from portal.files import find as files
from portal.organisations.models import Group
from portal.photos import queries, rules
from portal.photos.models import Photo
from portal.photos.queries import Kept, Sight


def find_sight(photo_id: UUID, size: str) -> Sight:
    """This size of a photo of an own child, as far as those who are on it allow it, or 404."""
    return queries.seen_by(current_user.account.person_id, photo_id, _known(size)) or abort(404)


def find_sight_here(photo_id: UUID, size: str) -> Sight:
    """This size of a photo of this organisation, for groepsleiding of its own groups; or 404."""
    return queries.seen_here(photo_id, _known(size), seen_groups()[1]) or abort(404)


def _known(size: str) -> str:
    """The size that can be sent: a browser from before WebP gets the JPEG that is larger than it asked."""
    if size not in rules.SIZES:
        abort(404)
    return "groot" if size == "midden" and not _takes_webp() else size


def _takes_webp() -> bool:
    """Whether it says so itself; that it takes any picture says nothing."""
    return "image/webp" in request.headers.get("Accept", "")


def find_photo(photo_id: UUID, held: bool = False) -> Photo:
    """A photo that was not withdrawn, for groepsleiding of its own groups; or 404. Held: nobody else changes it now."""
    return queries.photo(photo_id, seen_groups()[1], held) or abort(404)


def find_group(group_id: UUID) -> Group:
    """A group this colleague sees, or 404."""
    group: Group | None = next((each for each in seen_groups()[0] if each.id == group_id), None)
    return group or abort(404)


def answer(sight: Sight) -> Response:
    """The photo itself. It is asked anew each time; who has it already and may still see it, gets no bytes."""
    kept = _best(sight.files)
    is_known = request.if_none_match.contains_weak(kept.fingerprint)
    response = Response(status=304) if is_known else files.answer(kept)
    response.set_etag(kept.fingerprint)
    response.headers.add("Vary", "Accept")
    return response


def _best(kept: dict[str, Kept]) -> Kept:
    webp = kept.get("image/webp")
    return webp if webp and (_takes_webp() or len(kept) == 1) else kept["image/jpeg"]
