"""The pages about mail: how it stands (`check`), by which server it goes (`settings`), and its signature (`keys`)."""

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors, pages
from portal import db as database
from portal.auth.find import confirm_first
from portal.db import db
from portal.outbox.transport import Server, one_address
from portal.postmaster import actions, forms, gather, queries, rules, trial, words, worker
from portal.postmaster.facts import Key, Record, domain_of
from portal.text import _
from portal.throttle import actions as throttle

check = doors.staff(Blueprint("mail_check", __name__, url_prefix="/beheer/e-mail/controle"), "mail.see")
settings = doors.staff(Blueprint("mail_settings", __name__, url_prefix="/beheer/e-mail/instellingen"), "mail.settings")
keys = doors.staff(Blueprint("mail_keys", __name__, url_prefix="/beheer/e-mail/handtekening"), "mail.settings")
LARGEST_BODY = 1_000_000  # bytes of a form with a mail in it


# How it stands


@check.get("")
def report():
    found = queries.last_check()
    shown = [_shown(finding) for finding in found.findings] if found else []
    state = rules.state(found.findings) if found else ""
    return render_template("postmaster/report.html", report=found, state=state, findings=shown)


@check.post("/nu")
def run():
    _count_trial()
    worker.check(g.organisation)
    return answers.redirect(url_for(".report"))


@check.route("/testmail", methods=["GET", "POST"])
def source():
    """A mail of ours that arrived somewhere, as a file."""
    form = forms.SourceForm()
    if form.validate_on_submit():
        _count_trial()
        worker.check(g.organisation, form.source.data.read())
        flash(_("De testmail is nagekeken."), "success")
        return answers.redirect(url_for(".report"))
    return answers.form_page("postmaster/source.html", form)


@check.post("/testmail/sturen")
def send():
    """A mail to who presses the button, by the server that is in use."""
    _count_trial()
    setup, in_use = gather.setup_of(g.organisation)
    if not setup.host:
        flash(_("Er is nog geen mailserver. Alle e-mail wacht."), "error")
        return answers.redirect(url_for(".source"))
    message = trial.message(g.organisation, setup.sender, current_user.account.email, current_user.account)
    database.end_reading()  # the mail server may take its time
    said = trial.send(message, in_use)
    flash(_in_words(said), _category(said))
    return answers.redirect(url_for(".source"))


def _shown(finding):
    return {
        "severity": finding.severity, "title": words.title(finding), "reason": words.reason(finding),
        "remedy": words.remedy(finding), "records": finding.records,
    }  # fmt: skip


def _may_try():
    """What is looked up or sent at the press of a button is not for pressing all day."""
    verdict = throttle.count([(trial.TRIALS, g.organisation.id.hex)])
    database.end_reading()
    return not verdict.refused


def _count_trial():
    if not _may_try():
        raise pages.too_many(retry_after=3600)


# By which server it goes


@settings.route("", methods=["GET", "POST"])
def edit():
    row, form = queries.own_server(), forms.ServerForm()
    if first := confirm_first(url_for(".edit"), form):
        return first
    if request.method == "GET" and not g.get("stale_form"):
        _fill(form, row)
    if form.validate_on_submit() and (wanted := _wanted(form, row)) and _works(form, wanted):
        sender = one_address(form.sender.data.strip())
        actions.save_server(sender, wanted, by=current_user.account.id)
        db.session.commit()
        return answers.redirect(url_for("mail_check.report"))
    setup, _server = gather.setup_of(g.organisation)
    default = current_app.config["MAIL_SERVER"]
    return answers.form_page("postmaster/settings.html", form, row=row, setup=setup, default_host=default)


@settings.post("/weghalen")
def remove():
    if first := confirm_first(url_for(".edit")):
        return first
    actions.remove_server(by=current_user.account.id)
    db.session.commit()
    flash(_("Uw mailserver is weggehaald."), "success")
    return answers.redirect(url_for(".edit"))


def _fill(form, row):
    setup, _server = gather.setup_of(g.organisation)
    form.sender.data, form.to.data = setup.sender, current_user.account.email
    if row is not None:
        form.host.data, form.port.data, form.security.data = row.host, str(row.port), row.security
        form.username.data = row.username
    else:
        form.port.data = "587"


def _wanted(form, row):
    """The server as it was filled in; None when there is no password for it."""
    host, port = form.host.data.strip().rstrip(".").lower(), int(form.port.data)
    username = (form.username.data or "").strip()
    password, domain = form.password.data or "", domain_of(one_address(form.sender.data.strip()))
    # What is kept is for the same server only: nobody gets to see it by naming another one.
    if username and not password and row is not None and (row.host, row.port, row.username) == (host, port, username):
        password = actions.password_of(row)
    if username and not password:
        form.password.errors = [_("Typ het wachtwoord van deze mailserver.")]
    elif password and not username:
        form.username.errors = [_("Vul ook de gebruikersnaam in.")]
    else:
        return Server(host, port, form.security.data, username, password, domain)


def _works(form, wanted):
    """Whether the server takes a mail, which is really sent. What it said stands in the form, or on the next page."""
    if not _may_try():
        form.form_errors.append(_("U heeft het vaak geprobeerd. Wacht een uur."))
        return False
    sender = one_address(form.sender.data.strip())
    setup = trial.setup_with(gather.setup_of(g.organisation)[0], sender, wanted)
    try:
        message = trial.message(g.organisation, sender, form.to.data.strip(), current_user.account)
    except ValueError:
        form.to.errors = [_("Dit adres kan geen e-mail krijgen.")]
        return False
    database.end_reading()  # the mail server may take its time
    if wrong := trial.problems(setup, wanted):
        form.form_errors.extend(f"{words.reason(each)} {words.remedy(each)}" for each in wrong)
        return False
    said = trial.send(message, wanted)
    if said.is_refusal:
        form.form_errors.append(_in_words(said))
        return False
    flash(_in_words(said), _category(said))
    return True


def _in_words(said):
    if said.is_refusal:
        return _("De mailserver nam de testmail niet aan. De server zegt: %(answer)s", answer=said.answer)
    if said.is_later:
        return _("De testmail moet nog even wachten. De server zegt: %(answer)s", answer=said.answer)
    return _("De server nam de testmail aan, en zegt: %(answer)s", answer=said.answer)


def _category(said):
    return "error" if said.is_refusal else "message" if said.is_later else "success"


# Its signature


@keys.get("")
def overview():
    now, (setup, _server) = clock.now(), gather.setup_of(g.organisation)
    rows = [(key, queries.state_of(key, now)) for key in queries.all_keys()]
    return render_template(
        "postmaster/keys.html", domain=setup.domain,
        new=[key for key, state in rows if state == "new" and key.domain == setup.domain],
        active=[key for key, state in rows if state == "active"], old=[key for key, state in rows if state == "old"],
        stay=actions.OLD_KEYS_STAY, record_of=_record,
    )  # fmt: skip


def _record(row):
    key = Key(row.domain, row.selector, row.algorithm, row.public, "new")
    return Record("add", key.name, "TXT", key.value)


@keys.post("/maken")
def make():
    if first := confirm_first(url_for(".overview")):
        return first
    setup, _server = gather.setup_of(g.organisation)
    actions.make_keys(g.organisation, setup.domain, by=current_user.account.id)
    db.session.commit()
    return answers.redirect(url_for(".overview"))


@keys.post("/kijken")
def look():
    """Whether the records are there by now; then the keys are used from this moment."""
    _count_trial()
    if worker.start_keys(g.organisation):
        flash(_("De sleutels staan in de DNS. Uw e-mail krijgt vanaf nu een handtekening."), "success")
    else:
        flash(_("De sleutels staan er nog niet, of niet helemaal goed. Bij Controle ziet u wat er mis is."))
    return answers.redirect(url_for(".overview"))
