"""Who works here, and who may do what: the one table of it (security.md, I6). A parent has no role."""

ROLES = ("groepsleiding", "planning", "administratie", "manager")

_SEES_CHILDREN = frozenset(ROLES)  # groepsleiding only the children of its own groups
_SEES_PARENTS = frozenset(ROLES) - {"groepsleiding"}
_OFFICE = frozenset({"administratie", "manager"})
_MANAGER = frozenset({"manager"})

MAY: dict[str, frozenset[str]] = {
    "office.open": _SEES_CHILDREN,
    "children.see": _SEES_CHILDREN,
    "children.change": _OFFICE,
    "bsn.change": _OFFICE,  # and to see its last digits
    "pickup.see": _SEES_CHILDREN - {"planning"},
    "pickup.change": _OFFICE,
    "papers.see": _SEES_CHILDREN - {"planning"},
    "papers.change": _OFFICE,
    "care.see": _SEES_CHILDREN - {"planning"},  # who needs it when something is wrong with a child
    "parents.see": _SEES_PARENTS,
    "parents.change": _OFFICE,
    "changes.decide": _OFFICE,
    "iban.see": _OFFICE,
    "parents.credentials": _OFFICE,
    "rights.change": _OFFICE,
    "accounts.block": _OFFICE,
    "factors.reset": _OFFICE,
    "diary.write": frozenset({"groepsleiding", "manager"}),
    "news.write": _SEES_CHILDREN,  # groepsleiding to its own groups
    "news.everywhere": _SEES_PARENTS,
    "library.change": _OFFICE,
    "imports.do": _OFFICE,
    "invoices.see": _OFFICE,
    "contracts.change": _OFFICE,
    "statements.make": _OFFICE,
    "mail.see": _OFFICE,
    "mail.settings": _MANAGER,
    "organisation.change": _MANAGER,
    "staff.change": _MANAGER,
    "log.see": _MANAGER,
    "tokens.change": _MANAGER,
}


def may(role: str, action: str) -> bool:
    """Whether who has this role may do this. Raises KeyError for an action that is not in the table."""
    return role in MAY[action]
