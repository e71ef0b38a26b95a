#!/bin/sh
# The tasks of this repository; ./run.sh help lists them.
# `demo` and `test` need nothing but Python 3.11 or newer: the rest is made or installed here.
set -eu
cd "$(dirname "$0")"

bin=.venv/bin
catalogues=portal/translations
languages=en

help() {
    cat <<'HELP'
./run.sh demo [options]      a filled example in your browser (options of `portal demo`)
./run.sh test [options]      all tests (options of pytest; -n0 for one at a time)
./run.sh check               style, types, templates, scripts and translations
./run.sh bench               how fast the pages and the database are
./run.sh spam                every mail for fifty people before two spam filters, and the doctor on every set-up
./run.sh kill                kill -9 the mail worker forty times: is every mail sent?
./run.sh translate           gather the words of the screens and compile the translations
./run.sh lock [--upgrade]    write requirements.lock anew, after a change in setup.cfg
HELP
}

main() {
    task=${1:-help}
    [ $# -eq 0 ] || shift
    case $task in
        demo) environment; exec $bin/portal demo "$@" ;;
        test) environment; test_programs; exec $bin/python -m pytest -n 2 --dist loadfile "$@" ;;
        check) environment; check ;;
        bench) environment; exec $bin/python -m tests.speed "$@" ;;
        spam) environment; mail_programs; SPAM=all exec $bin/python -m pytest -n 2 --dist loadfile tests/mail "$@" ;;
        kill) environment; exec $bin/python -m tests.outbox.kill_worker "$@" ;;
        translate) environment; translate $catalogues ;;
        lock) environment; lock "$@" ;;
        help | -h | --help) help ;;
        *) help >&2; exit 2 ;;
    esac
}

# --- the Python environment -------------------------------------------------------------------

environment() {
    # The path is part of the stamp: an environment that was moved still points to the old place.
    stamp="$PWD $(cat requirements.lock setup.cfg pyproject.toml | cksum)"
    [ "$stamp" != "$(cat .venv/stamp 2>/dev/null)" ] || return 0
    works_here || make_venv
    say "installing the Python packages of requirements.lock"
    # The lock names every package. Asked to look further, pip 23.2 takes the newest coverage for "coverage[toml]"
    # and then refuses it, because the lock names an older one.
    pip_install --require-hashes --no-deps -r requirements.lock
    pip_install --no-deps --editable .
    printf '%s\n' "$stamp" >.venv/stamp
}

works_here() {
    new_enough $bin/python && $bin/pip --version >/dev/null 2>&1 &&
        case "$(cat .venv/stamp 2>/dev/null)" in "$PWD "*) ;; *) false ;; esac
}

make_venv() {
    find_python || { apt_install python3 python3-venv && find_python; } ||
        fail "Python 3.11 or newer is needed; none was found."
    say "making .venv with $found ($("$found" -c 'import sys; print(sys.version.split()[0])'))"
    venv || { apt_install "$found-venv" && venv; } ||
        fail "$found cannot make an environment here."
}

venv() {
    "$found" -m venv --clear .venv >/dev/null 2>&1
}

find_python() {
    for found in python3.13 python3.12 python3.11 python3; do
        if new_enough "$found"; then return 0; fi
    done
    return 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

pip_install() {
    $bin/pip install --quiet --quiet --disable-pip-version-check --no-input --no-compile "$@"
}

# --- programs that only the tests use ---------------------------------------------------------
# A missing one is no reason to stop: the tests that need it say so and are skipped.

test_programs() {
    [ -x /usr/bin/chromium ] || apt_install chromium fonts-dejavu-core || true
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || apt_install postgresql || true
    command -v java >/dev/null || apt_install default-jre-headless || true
    [ -x /usr/sbin/nginx ] || apt_install nginx-light || true
    mail_programs
    page_checkers || say "going on without axe-core and vnu-jar"
}

mail_programs() {
    [ -x /usr/bin/rspamd ] && [ -x /usr/sbin/spamd ] && [ -x /usr/sbin/opendkim ] ||
        apt_install spamassassin spamd rspamd opendkim || true
    [ -x /usr/lib/postfix/sbin/smtpd ] && [ -x /usr/lib/dovecot/lmtp ] && [ -x /usr/lib/dovecot/imap ] ||
        apt_install postfix dovecot-imapd dovecot-lmtpd || true
}

page_checkers() {
    stamp=$(cksum <tests/browser/package-lock.json)
    [ "$stamp" != "$(cat tests/browser/node_modules/stamp 2>/dev/null)" ] || return 0
    command -v npm >/dev/null || apt_install npm || return 1
    say "installing axe-core and vnu-jar with npm"
    npm ci --prefix tests/browser --ignore-scripts --omit=optional \
        --no-audit --no-fund --silent </dev/null || return 1
    printf '%s\n' "$stamp" >tests/browser/node_modules/stamp
}

# Installs Debian or Ubuntu packages when we are allowed to; otherwise names the line that does.
apt_install() {
    command -v apt-get >/dev/null || { say "missing on this machine: $*"; return 1; }
    if [ "$(id -u)" -ne 0 ]; then
        say "missing on this machine; please run: sudo apt-get install $*"
        return 1
    fi
    say "missing on this machine; running: apt-get install $*"
    # Into a file, or a daemon that a package starts would hold our output open.
    log=$(mktemp)
    installed=yes
    { apt_update && apt_get install --yes --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null ||
        { installed=no && tail -n 5 "$log" >&2; }
    rm -f "$log"
    [ $installed = yes ]
}

apt_update() {
    [ -n "${apt_updated:-}" ] || apt_get update
    apt_updated=yes
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet "$@"
}

# --- checks -----------------------------------------------------------------------------------

check() {
    failures=0
    try "the lock fits setup.cfg" $bin/pip check
    try "ruff check" $bin/ruff check --quiet .
    try "ruff format" $bin/ruff format --quiet --check .
    try "mypy" $bin/mypy --no-error-summary
    try "djlint" templates
    try "run.sh" sh -n run.sh
    if command -v shellcheck >/dev/null; then try "shellcheck" shellcheck run.sh .ci/run; fi
    try "translations" translations_are_fresh
    [ $failures -eq 0 ] || fail "$failures of the checks failed"
}

try() {
    say "$1"
    shift
    "$@" || failures=$((failures + 1))
}

# Left out: sizes of images (H006), empty live regions (H020), words for search engines (H030, H031),
# type on every button (H043). Mail programs need inline styles (H021).
templates() {
    $bin/djlint --quiet --lint --profile jinja --ignore H006,H020,H030,H031,H043 \
        --per-file-ignores templates/mail H021 --per-file-ignores templates/export/book J018 portal/templates
}

# --- translations -----------------------------------------------------------------------------
# Dutch is the source. The compiled .mo files are in git, so that an installed package has them.

translate() {
    words=$(mktemp)
    gather_words && update_catalogues "$1" && $bin/pybabel --quiet compile --directory "$1"
    result=$?
    rm -f "$words"
    return $result
}

gather_words() {
    $bin/pybabel --quiet extract --mapping pyproject.toml --keywords "lazy_gettext lazy_ngettext:1,2" \
        --add-location file --sort-by-file --project ouderportaal --output "$words" .
}

update_catalogues() {
    for language in $languages; do
        $bin/pybabel --quiet update --init-missing --no-fuzzy-matching --ignore-obsolete \
            --ignore-pot-creation-date --locale "$language" --input-file "$words" --output-dir "$1" || return
    done
}

translations_are_fresh() {
    fresh=$(mktemp -d)
    cp -R $catalogues/. "$fresh" && translate "$fresh" && diff -r $catalogues "$fresh" >&2
    same=$?
    rm -rf "$fresh"
    [ $same -eq 0 ] || say "please run: ./run.sh translate"
    return $same
}

# --- lock -------------------------------------------------------------------------------------

lock() {
    say "writing requirements.lock"
    uv=$(mktemp -d)
    pip_install --target "$uv" uv
    UV_CUSTOM_COMPILE_COMMAND="./run.sh lock" "$uv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --all-extras --generate-hashes --no-emit-index-url --output-file requirements.lock "$@" setup.cfg
    rm -rf "$uv"
}

# --- words ------------------------------------------------------------------------------------

say() {
    printf '» %s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

main "$@"
