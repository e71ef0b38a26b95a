"""No cache shows a photo, or a page of somebody, to somebody else."""

from portal.auth.models import Session
from portal.db import db
from portal.photos import actions
from portal.photos.models import Photo


def test_no_cache_shows_a_photo_to_somebody_else(
    cache, visitor, kok, anna, noor, els, ready, save_parent, sem, inside
):  # fmt: skip
    photo_id = ready(noor)
    mila = save_parent(kok, "Mila", "", "Visser", "mila@voorbeeld.nl", sem)
    own, other = visitor(kok), visitor(kok)
    own.log_in(anna)
    other.log_in(mila)
    colour = "/stijl/1f6f66.css"
    assert [cache(own, colour)[2] for _ in range(2)] == ["MISS", "HIT"], "it does keep what everyone may have"
    for size in ("klein", "midden", "groot"):
        path = f"/fotos/{photo_id}/{size}"
        status, photo, kept = cache(own, path)
        assert (status, kept) == (200, "MISS") and photo
        assert cache(own, path)[2] == "MISS"
        status, page, _ = cache(other, path)
        assert status == 404 and photo not in page
        status, page, _ = cache(visitor(kok), path)
        assert status == 303 and photo not in page
    assert b"Anna" in cache(own, "/")[1] and b"Anna" not in cache(other, "/")[1]
    with inside(kok) as session:
        session.query(Session).filter_by(account_id=anna.id).one().ended_at = session.get(Photo, photo_id).created_at
    assert cache(own, f"/fotos/{photo_id}/klein")[0] == 303
    own.log_in(anna)
    assert cache(own, f"/fotos/{photo_id}/klein")[0] == 200
    with inside(kok):
        actions.withdraw(db.session.get(Photo, photo_id), els.id)
    assert cache(own, f"/fotos/{photo_id}/klein")[0] == 404
