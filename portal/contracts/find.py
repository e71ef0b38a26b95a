"""From an id in the address to a contract of this visitor."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.children.find import shielded
from portal.contracts import queries
from portal.contracts.models import Contract, ContractRequest


def find_contract(contract_id: UUID, held: bool = False) -> Contract:
    """A contract that is for this visitor now, or 404. Held: nobody else changes it until the commit."""
    return queries.contract_of(current_user.account.person_id, contract_id, held) or abort(404)


def find_own_contract(contract_id: UUID, held: bool = False) -> Contract:
    """A contract that is with this visitor, who alone may ask to end or change it; or 404."""
    found = find_contract(contract_id, held)
    return found if found.party_id == current_user.account.person_id else abort(404)


def find_request(request_id: UUID, held: bool = False) -> ContractRequest:
    """What this visitor asked, about a contract of this visitor; or 404."""
    return queries.request_of(current_user.account.person_id, request_id, held) or abort(404)


def find_request_here(request_id: UUID, held: bool = False) -> ContractRequest:
    """What was asked of the office, unless by somebody whose address this colleague may not learn."""
    found = queries.request_here(request_id, held) or abort(404)
    if found.contract.party_id in shielded():
        abort(404)
    return found


def find_contract_here(contract_id: UUID, held: bool = False) -> Contract:
    """A contract of this organisation, unless it is with somebody whose address this colleague may not learn."""
    found = queries.contract(contract_id, held) or abort(404)
    if found.party_id in shielded():
        abort(404)
    return found
