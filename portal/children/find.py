"""From an id in the URL to a child, a guardian or a block this visitor may see."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.children import queries
from portal.children.models import Block, Child, Guardianship


def find_child(child_id: UUID) -> Child:
    """A child this visitor is a guardian of and may see today, or 404."""
    return queries.child_of(current_user.account.person_id, child_id) or abort(404)


# The office


def seen_groups():
    """The groups this colleague sees, and their ids when those are all there is to see (else None)."""
    groups = queries.groups_seen_by(current_user.account)
    only = [group.id for group in groups] if current_user.role == "groepsleiding" else None
    return groups, only


def find_child_here(child_id: UUID, held: bool = False) -> Child:
    """A child of this organisation, for groepsleiding of its own groups; or 404. Held: nobody else changes it now."""
    child = (queries.held_child if held else queries.child)(child_id) or abort(404)
    if current_user.role == "groepsleiding" and child.group_id not in (seen_groups()[1] or []):
        abort(404)
    return child


def shielded() -> frozenset[UUID]:
    """The persons whose address this colleague may not learn, as the other parent of their child."""
    return queries.shielded_from(current_user.account.person_id)


def find_guardianship(child: Child, person_id: UUID) -> Guardianship:
    return queries.guardianship(child.id, person_id) or abort(404)


def find_block(child: Child, block_id: UUID) -> Block:
    return queries.block(child.id, block_id) or abort(404)
