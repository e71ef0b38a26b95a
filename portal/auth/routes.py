"""The pages of getting in, for everyone."""

from datetime import timedelta
from math import ceil

from flask import Blueprint, current_app, flash, g, render_template, request, session, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from portal import answers, clock, doors, pages
from portal import db as database
from portal.auth import actions, cookies, events, find, forms, mails, queries, rules
from portal.auth.models import Visitor
from portal.db import db
from portal.outbox.compose import sender_of, subjects_of
from portal.passwords import actions as passwords
from portal.passwords.rules import new_passphrase
from portal.text import _
from portal.throttle import actions as throttle

bp = doors.public(Blueprint("auth", __name__))

WRONG = lazy_gettext(
    "Dit e-mailadres en wachtwoord horen niet bij elkaar. Kijk ze allebei na. Probeer het dan opnieuw. "
    "Lukt het niet? Kies 'Wachtwoord vergeten?'."
)


# Logging in and out


@bp.route("/inloggen", methods=["GET", "POST"])
def login():
    if current_user.is_authenticated and request.method == "GET" and not g.get("stale_form"):
        return answers.redirect(url_for("portal.home"))
    form = forms.LoginForm()
    if request.method == "GET" and not g.get("stale_form"):
        form.next.data = request.args.get("next", "")
    if form.validate_on_submit():
        visitor = _let_in(form)
        if visitor is not None:
            cookies.log_in(visitor)
            after = find.next_page(form.next.data or "")
            if visitor.session.kind == "half":
                return answers.redirect(url_for("second_step.enter", next=None if after == "/" else after))
            return answers.redirect(url_for(".choose_password") if _is_temporary(visitor) else after)
        form.form_errors.append(str(WRONG))
    return answers.form_page("auth/login.html", form)


def _let_in(form):
    """Count, look, verify one hash, and only then begin a session. None for every failure."""
    key = rules.email_key(form.email.data)
    attempt = actions.count_login(
        key, cookies.device_of(key), cookies.address(), current_app.config["HASHES_PER_SECOND"]
    )
    if attempt.verdict.refused:
        db.session.commit()
        _refuse(attempt)
        return None
    found, temporary = queries.login_facts(key, clock.now())
    database.end_reading()  # with it the try is counted, before anything is verified
    kind = actions.which_password(found, temporary, form.password.data)
    if not kind:
        events.login_failed(found, attempt, cookies.browser(), cookies.address())
        db.session.commit()
        return None
    if kind == "own":
        actions.improve_hash(found, form.password.data)
    if not actions.confirm_login(found, temporary if kind == "temporary" else None):
        db.session.rollback()
        return None
    return _begin(found, kind, attempt, form.remember.data)


def _refuse(attempt):
    """Only a full network or a busy machine is said aloud; a full account looks like any wrong password (RL7)."""
    if attempt.network_is_full:
        raise pages.too_many(retry_after=900)
    if attempt.machine_is_full:
        raise pages.too_busy()
    if actions.IN_A_ROW.name in attempt.verdict.refused:
        actions.offer_device_link(attempt.key, cookies.browser())
        db.session.commit()


def _begin(found, kind, attempt, remember):
    is_own = kind == "own"
    is_new_device = is_own and not attempt.is_known_device and found.last_login_at is not None
    if current_user.is_authenticated:
        actions.end_session(current_user.session, "new login")
    row, token = actions.begin_session(
        found,
        rules.kind_after_password(found.role, found.second_step_at is not None) if is_own else "temporary",
        is_own and remember and not found.role,
        cookies.browser(),
        cookies.address(),
    )
    if is_own:
        actions.forgive(attempt)
        cookies.remember_device(attempt.key)
    else:
        actions.end_links(found)
    if is_new_device or attempt.was_guessed_at:
        mails.new_device(found.id, row.browser)
    db.session.commit()
    return Visitor(found, row, token)


@bp.route("/uitloggen", methods=["GET", "POST"])
def logout():
    if request.method == "POST":
        if current_user.is_authenticated:
            actions.end_session(current_user.session, "logout")
            db.session.commit()
        cookies.log_out()
        flash(_("U bent uitgelogd."))
        response = answers.redirect(url_for(".login"))
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
    return render_template("auth/logout.html")


# Wachtwoord vergeten


@bp.route("/wachtwoord-vergeten", methods=["GET", "POST"])
def forgot_password():
    form = forms.ForgotForm()
    if form.validate_on_submit():
        return _ask_reset(rules.email_key(form.email.data))
    return answers.form_page("auth/forgot_password.html", form)


def _ask_reset(key, again=False):
    actions.ask_reset(key, cookies.address(), again)
    db.session.commit()
    cookies.remember_asked(key)
    return answers.redirect(url_for(".forgot_password_sent"))


@bp.route("/wachtwoord-vergeten/verstuurd", methods=["GET", "POST"])
def forgot_password_sent():
    """Says what to look for, and asks the mail again: the same for whatever address was typed (security.md, F1)."""
    asked = cookies.asked()
    wait = asked.at + rules.ASK_AGAIN_AFTER - clock.now() if asked else timedelta()
    if request.method == "POST" and wait <= timedelta():
        flash(_("U heeft de e-mail nog een keer gevraagd. Kijk over 2 minuten in uw e-mail."), "success")
        return _ask_reset(asked.key, again=True) if asked else answers.redirect(url_for(".forgot_password"))
    subjects = subjects_of(("auth/reset_password", "auth/credentials_link"), g.organisation)
    page = render_template(
        "auth/forgot_password_sent.html", hours=_hours(), sender=sender_of(g.organisation), subjects=subjects,
        asked=asked, again_at=asked and asked.at + rules.ASK_AGAIN_AFTER, is_early=request.method == "POST",
    )  # fmt: skip
    return (page, 429, {"Retry-After": str(ceil(wait.total_seconds()))}) if request.method == "POST" else page


@bp.post("/wachtwoord/nieuwe-link")
def ask_new_link():
    gone = queries.link(find.as_id(session.get("gone")))
    return _ask_reset(gone.account.email_key) if gone else answers.redirect(url_for(".forgot_password"))


@bp.route("/wachtwoord/code", methods=["GET", "POST"])
def use_code():
    form = forms.CodeForm()
    if form.validate_on_submit():
        if _count_bad_link():
            raise pages.too_many(retry_after=3600)
        key = rules.email_key(form.email.data)
        letter_tries = actions.letter_tries(key, cookies.address())
        letters = not throttle.count(letter_tries).refused
        actions.count_code_try(key)
        link = actions.link_of_code(key, form.code.data, letters)
        if link is not None and not find.problem_of(link):
            throttle.take_back([*actions.bad_links_from(cookies.address()), *(letter_tries if letters else [])])
            _open(link)
            db.session.commit()
            return answers.redirect(url_for(".choose_password"))
        events.code_refused(key, cookies.address())
        db.session.commit()
        form.form_errors.append(
            _(
                "Deze code en dit e-mailadres horen niet bij elkaar. Of de code werkt niet meer. "
                "Typ de code opnieuw. Lukt het niet? Vraag een nieuwe link aan."
            )
        )
        if not letters:
            form.form_errors.append(
                _("Heeft u een brief? De code daarvan werkt morgen weer. Het vierkant op de brief werkt nu ook.")
            )
    return answers.form_page("auth/use_code.html", form)


# Links from a mail or a letter. Opening one changes nothing: mail scanners open them too.


@bp.get("/wachtwoord/herstel/<path:token>")
def open_reset_link(token):
    return _open_link("reset", token, ".choose_password")


@bp.get("/activeren/<path:token>")
def open_activation_link(token):
    return _open_link("activation", token, ".choose_password")


@bp.get("/brief/<path:token>")
def open_letter_link(token):
    return _open_link("letter", token, ".choose_password")


@bp.get("/brief")
def letter():
    """The address that a letter tells to type."""
    return answers.redirect(url_for(".use_code"))


@bp.get("/apparaat/<path:token>")
def open_device_link(token):
    return _open_link("device", token, ".approve_device")


def _open_link(purpose, token, page):
    found = find.find_link(purpose, token, g.organisation)
    if found.problem:
        with database.writing():
            is_full = found.problem == "broken" and _count_bad_link()
            if not is_full:
                events.link_refused(found.link, found.problem, cookies.address())
            db.session.commit()
        if is_full:
            raise pages.too_many(retry_after=3600)
        return _gone(found, purpose)
    if current_user.is_authenticated and not _may_stay(found.link):
        with database.writing():
            actions.end_session(current_user.session, "other account")
            db.session.commit()
        cookies.log_out()
    _open(found.link)
    return answers.redirect(url_for(page))


def _may_stay(link):
    """Not who is somebody else, and not who is on the way in with a password, for this is another way in."""
    return current_user.account.id == link.account_id and current_user.session.kind != "half"


def _open(link):
    """From here the link is in the cookie of this browser and out of the address bar (security.md, R10)."""
    session["link"] = link.id.hex


def _gone(found, purpose="reset"):
    link = found.link
    if link is not None:
        session["gone"] = link.id.hex
    purpose = link.purpose if link else purpose
    return answers.gone(
        "auth/letter_gone.html" if purpose == "letter" else "auth/link_gone.html",
        reason=found.problem,
        purpose=purpose,
        masked=rules.masked_email(link.account.email) if link else "",
        form=forms.ForgotForm(formdata=None),
        hours=_hours(),
        days=rules.LETTER_LIVES.days,
    )


@bp.route("/apparaat", methods=["GET", "POST"])
def approve_device():
    found = find.find_opened_link(session.get("link"), ("device",))
    if found.problem:
        return _gone(found)
    if request.method == "POST":
        if not actions.approve_device(found.link):
            return _gone(found._replace(problem="used"))
        db.session.commit()
        session.pop("link")
        cookies.remember_device(found.link.account.email_key)
        flash(_("U kunt op dit apparaat weer inloggen."), "success")
        return answers.redirect(url_for(".login"))
    return render_template("auth/approve_device.html")


# Choosing a password: with a link, with a code, or after a temporary password


@bp.route("/wachtwoord/nieuw", methods=["GET", "POST"])
def choose_password():
    visitor, found = _who_chooses()
    if found.problem:
        return _gone(found)
    chooser = visitor.account if visitor else found.link.account
    form = forms.new_password_form(chooser)
    if form.validate_on_submit():
        database.end_reading()
        if passwords.matches(chooser.password_hash, form.password.data):
            form.password.errors = [str(forms.SAME)]
        elif visitor:
            return keep_password(visitor, form.password.data, "password_chosen", url_for("portal.home"))
        else:
            return _use_link(found, form.password.data)
    return answers.form_page(
        "auth/choose_password.html", form, purpose=_purpose(found), minimum=form.minimum,
        feedback=forms.feedback(form), proposal="",
    )  # fmt: skip


def _purpose(found):
    return found.link.purpose if found.link else "temporary"


def _who_chooses():
    """A visitor with a temporary password, or the link this browser opened."""
    if current_user.is_authenticated and _is_temporary(current_user):
        return current_user, find.FoundLink(None, "")
    return None, find.find_opened_link(session.get("link"), rules.CHOOSE_PASSWORD)


def _use_link(found, password):
    password_hash = passwords.hash_password(password)
    if not actions.use_link(found.link, password_hash, cookies.address()):
        db.session.rollback()
        return _gone(found._replace(problem="used"))
    db.session.commit()
    cookies.log_out()
    cookies.remember_device(found.link.account.email_key)
    flash(_("Uw nieuwe wachtwoord is ingesteld. U kunt er nu mee inloggen."), "success")
    return answers.redirect(url_for(".login"))


def keep_password(visitor, password, because, after):
    """A visitor who is logged in has another password from now on, and a new session secret."""
    password_hash = passwords.hash_password(password)
    row = visitor.session
    if not actions.change_password(visitor.account, password_hash, row, because, cookies.address()):
        db.session.rollback()  # another device changed it in this same moment, and ended this session
        return answers.redirect(after)
    if row.kind == "temporary":
        row.kind = rules.kind_after_password(visitor.role, visitor.has_second_step)
    token = actions.renew_session(row, cookies.browser(), is_confirmed=not visitor.has_second_step)
    db.session.commit()
    cookies.log_in(Visitor(visitor.account, row, token))
    cookies.remember_device(visitor.account.email_key)
    flash(_("Uw nieuwe wachtwoord is ingesteld."), "success")
    return answers.redirect(after)


@bp.post("/wachtwoord/controle")
def check_password():
    """Feedback on a new password while the form is being filled in. Nothing is hashed and nothing is kept."""
    if throttle.count([actions.checks_from(cookies.address())]).refused:
        raise pages.too_many(retry_after=900)
    db.session.commit()
    form = forms.new_password_form(_chooser())
    return answers.fragment(
        "auth/_password_feedback.html", to=url_for(".choose_password"), feedback=forms.feedback(form)
    )


@bp.post("/wachtwoord/voorstel")
def propose_passphrase():
    proposal = new_passphrase()
    if answers.is_htmx():
        return render_template("auth/_passphrase.html", proposal=proposal)
    _visitor, found = _who_chooses()
    is_change = found.problem and current_user.is_authenticated
    if found.problem and not is_change:
        return _gone(found)
    form = forms.new_password_form(_chooser(), forms.ChangePasswordForm if is_change else forms.NewPasswordForm)
    return render_template(
        "auth/change_password.html" if is_change else "auth/choose_password.html",
        form=form, purpose="" if is_change else _purpose(found), minimum=form.minimum,
        feedback=forms.feedback(form), proposal=proposal,
    )  # fmt: skip


def _chooser():
    if current_user.is_authenticated:
        return current_user.account
    found = find.find_opened_link(session.get("link"), rules.CHOOSE_PASSWORD)
    return None if found.problem else found.link.account


def _is_temporary(visitor):
    return visitor.session.kind == "temporary"


def _hours():
    return current_app.config["RESET_LINK_MAX_AGE"] // 3600


def _count_bad_link():
    """Whether this network opened too many links or codes that do not exist."""
    return bool(throttle.count(actions.bad_links_from(cookies.address())).refused)
