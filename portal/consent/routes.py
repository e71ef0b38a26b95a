"""What a parent allows, per child."""

from flask import Blueprint, abort, flash, render_template, url_for
from flask_login import current_user

from portal import answers, doors
from portal.children.find import find_child
from portal.children.queries import children_of
from portal.consent import actions, find, forms, queries, rules
from portal.db import db
from portal.errors import Refused
from portal.text import _

bp = doors.parents(Blueprint("consent", __name__, url_prefix="/toestemming"))


@bp.get("")
def overview():
    person_id = current_user.account.person_id
    children = children_of(person_id)
    asked, said = queries.purposes(), queries.answers_of([child.id for child in children])
    deciding = queries.deciding_for(person_id)
    return render_template(
        "consent/overview.html",
        children=[
            {
                "child": child,
                "decides": child.id in deciding,
                "questions": [_question(purpose, child.id, said) for purpose in asked],
            }
            for child in children
        ],
    )


def _question(purpose, child_id, said):
    """One question with what this parent said, and what follows from what everybody said."""
    here = [answer for answer in said if (answer.child_id, answer.code) == (child_id, purpose.code)]
    person_id = current_user.account.person_id
    counting = [answer for answer in here if answer.counts]
    return {
        "purpose": purpose,
        "mine": next((answer for answer in counting if answer.person_id == person_id), None),
        "old": next((answer for answer in here if answer.person_id == person_id and not answer.counts), None),
        "others": {answer.value for answer in counting if answer.person_id != person_id},
        "is_answered": bool(counting),
        "has_consent": rules.has_consent(answer.value for answer in counting),
    }


@bp.post("/<uuid:child_id>/<code>")
def answer(child_id, code):
    child, purpose, form = find_child(child_id), find.find_purpose(code), forms.AnswerForm()
    if not form.validate():
        abort(422)
    try:
        actions.answer(child, code, form.seen, form.value.data == "yes", by=current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        db.session.commit()
        name, about = child.person.given_name, purpose.name
        said = _("U zei ja voor %(name)s: %(about)s.", name=name, about=about)
        refused = _("U zei nee voor %(name)s: %(about)s.", name=name, about=about)
        flash(said if form.value.data == "yes" else refused, "success")
    return answers.redirect(url_for(".overview", _anchor=f"child-{child_id}"))
