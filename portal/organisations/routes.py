"""The organisation's colour as a stylesheet, for the policy forbids inline style."""

from flask import Blueprint, Response, abort

from portal import doors
from portal.organisations import rules

bp = doors.public(Blueprint("organisations", __name__))


@bp.get("/stijl/<colour>.css")
def accent(colour):
    if not rules.COLOUR.fullmatch("#" + colour):
        abort(404)
    tints = rules.accents("#" + colour)
    light = _variables(tints["light"], tints["light_ink"], tints["light_soft"])
    dark = _variables(tints["dark"], tints["dark_ink"], tints["dark_soft"])
    response = Response(f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _variables(accent, ink, soft):
    return f"--accent:{accent};--accent-ink:{ink};--accent-soft:{soft}"
