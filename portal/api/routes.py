"""Where a planning system tells of children and parents (`bp`), a mail provider of mail that came back (`bounces`), and
what they can send there (`description`)."""

import logging

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request
from sqlalchemy.exc import IntegrityError

from portal import answers, doors
from portal import db as database
from portal.api import actions, find, rules
from portal.api.rules import Wrong
from portal.bounces import rules as bounce_rules
from portal.db import db
from portal.text import _
from portal.throttle.rules import networks

log = logging.getLogger("portal.api")

bp = doors.programs(Blueprint("api", __name__, url_prefix="/api/v1/children"))
bounces = doors.programs(Blueprint("api_bounces", __name__, url_prefix="/api/v1/bounces"))
description = doors.programs(Blueprint("api_description", __name__, url_prefix="/api/v1"))


@bp.before_request
@bounces.before_request
def _let_in():
    """Counted and committed before anything is read or changed, as every try is."""
    if request.method == "OPTIONS":
        return None
    shown = find.find_token("bounces" if request.blueprint == bounces.name else "children")
    if shown.token is None:
        near, _wide = networks(request.remote_addr or "")
        is_counted, wait = actions.count_wrong(near), rules.WRONG_TOKENS.window
    else:
        is_counted, wait = actions.count_use(shown.token), rules.PER_TOKEN.window
    database.end_reading()
    if not is_counted:
        return answers.too_often(int(wait.total_seconds()))
    if shown.token is None:
        return answers.not_let_in(shown.problem)
    g.api_token = shown.token.id
    return None


@bp.put("/<external_id>")
def put_child(external_id):
    try:
        sent = find.sent_child(external_id)
        put = _put(external_id, sent) or _put(external_id, sent)
    except Wrong as wrong:
        db.session.rollback()
        return _refused(wrong)
    if put is None:
        return answers.problem(409, detail=_("Iemand anders wijzigde dit op hetzelfde moment. Stuur het nog eens."))
    body = {"external_id": external_id, "result": put.result, "remarks": put.remarks}
    return jsonify(body), 201 if put.result == "created" else 200


def _put(external_id, sent):
    """None when somebody of the office added the same child or parent at this moment."""
    try:
        put = actions.put_child(external_id, sent, g.api_token, current_app.config["MAIL_PER_MINUTE"])
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return None
    return put


def _refused(wrong):
    errors = [{"pointer": each.pointer, "detail": each.detail} for each in wrong.problems]
    return answers.problem(wrong.status, detail=wrong.problems[0].detail, errors=errors)


@bp.delete("/<external_id>")
def leave(external_id):
    actions.leave(find.find_child(external_id), g.api_token, months=current_app.config["MONTHS_AFTER_LEAVING"])
    db.session.commit()
    return Response(status=204)


@bounces.post("")
def mail_came_back():
    try:
        result = actions.mail_came_back(find.sent_bounce())
    except Wrong as wrong:
        db.session.rollback()
        return _refused(wrong)
    db.session.commit()
    log.info("a program told of returned mail: %s", result or "unknown")
    if result is None:
        return answers.problem(404, detail=_("Wij hebben geen e-mail met deze message_id naar dit adres gestuurd."))
    if result == "later":
        return answers.problem(
            409, detail=_("Deze e-mail wordt nu verstuurd. Meld het over een paar minuten nog eens.")
        )
    return jsonify({"result": result})


@description.get("/openapi.json")
def openapi():
    document = render_template(
        "api/openapi.json", per_minute=rules.PER_TOKEN.most, most_parents=rules.MOST_PARENTS,
        external_id=rules.EXTERNAL_ID.pattern, months=current_app.config["MONTHS_AFTER_LEAVING"],
        status=rules.STATUS.pattern, bounce_days=bounce_rules.LIVES.days,
    )  # fmt: skip
    return Response(document, mimetype="application/json")
