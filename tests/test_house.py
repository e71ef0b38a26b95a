"""The rules of this house (CONTRIBUTING.md) that a machine can keep."""

import ast
import hashlib
import re
import subprocess
from pathlib import Path

import click
import pytest

import portal
from portal import cli, config, create_app, doors
from portal import db as database
from portal.db import db
from portal.organisations.actions import add_organisation
from tests.conftest import missing

PORTAL = Path(portal.__file__).parent
ROOT = PORTAL.parent

# Imports go down these floors, and on one floor to the left. `portal` is portal/__init__.py.
FLOORS = [
    ["clock", "errors", "config", "roles"],
    ["db", "keys", "text", "sheets"],
    ["throttle", "organisations"],
    ["fields", "answers", "menu", "jinja", "pages", "doors"],
    ["audit", "files", "passwords", "outbox"],
    ["auth", "bounces", "factors", "people"],
    [
        "children",
        "delivery",
        "parents",
        "imports",
        "uploads",
        "paper",
        "own",
        "api",
        "places",
        "face",
        "postmaster",
        "retention",
    ],
    [
        "consent",
        "photos",
        "pickup",
        "documents",
        "contracts",
        "messages",
        "diary",
        "planning",
        "library",
        "invoices",
        "changes",
        "statements",
        "notices",
        "export",
    ],
    ["home", "logbook", "staff", "demo"],
    ["serving", "portal", "migrations", "cli", "__main__"],
]
ORDER = [name for floor in FLOORS for name in floor]
# The files of a slice; each may import those before it.
FILES = [
    "facts", "providers", "spf", "domain", "dmarc", "server", "rules", "columns", "words", "bundle", "images", "exif", "archive", "bucket", "storage", "models", "queries", "papers", "held", "book", "sheet",
    "mails", "actions", "intake", "events", "letters", "signing", "smtp", "transport", "compose", "arrived", "mailbox", "gather", "trial",
    "worker", "find", "cookies", "forms", "gate", "routes", "account", "staff", "cli", "__init__",
]  # fmt: skip
ONLY_IN = {
    "signing": ["outbox"], "smtp": ["outbox"], "transport": ["outbox"], "compose": ["outbox"],
    "worker": ["outbox", "retention", "documents", "statements", "photos", "notices", "bounces", "uploads", "postmaster", "export"], "exif": ["export"], "archive": ["export"], "held": ["export"], "book": ["export"], "images": ["files"], "bucket": ["files"], "storage": ["files"], "events": ["auth"],
    "cookies": ["auth"], "gate": ["auth"], "account": ["auth"],
    "facts": ["postmaster", "demo"], "providers": ["postmaster"], "spf": ["postmaster"], "domain": ["postmaster"],
    "dmarc": ["postmaster"], "server": ["postmaster"], "words": ["postmaster", "delivery", "logbook"], "arrived": ["bounces", "postmaster"], "mailbox": ["bounces"],
    "bundle": ["documents"], "columns": ["contracts"], "intake": ["contracts"], "sheet": ["statements"], "papers": ["demo"], "gather": ["postmaster"], "trial": ["postmaster"],
}  # fmt: skip
WEB = {"forms", "routes", "account", "gate", "staff"}
TYPED = {"rules", "models", "queries", "mails", "actions"}
NO_FLASK = {"rules", "models", "queries", "actions"}
COMMITS = {"routes", "account", "gate", "staff", "cli", "worker"}
HOMELESS = {"utils", "util", "helpers", "helper", "common", "services", "service", "base", "misc", "core"}
MACHINE_MADE = ("migrations/versions/",)  # long because the database is, and a step is never edited again
HTMX = "429f6b742f07ec4a8ea17fa74743f744f1b63688e2faa7702651a97f3c1026c7cea69dec1b021d48ff713b7f94944867"


class Module:
    """One Python file of the portal: where it stands, what it says and what it imports of the portal."""

    def __init__(self, path):
        self.path = path
        self.name = path.relative_to(PORTAL).as_posix()
        parts = path.relative_to(PORTAL).with_suffix("").parts
        self.room = parts[0] if parts != ("__init__",) else "portal"
        self.file = parts[1] if len(parts) > 1 else ""
        self.is_slice = self.file != "" and self.room != "migrations"
        self.tree = ast.parse(path.read_text())

    def __str__(self):
        return self.name

    @property
    def imports(self):
        """(room, file) of every module of the portal that is imported here, wherever in the file."""
        for imported in self.imported_names:
            parts = imported.split(".")
            if parts[0] != "portal":
                continue
            yield (parts[1] if len(parts) > 1 else "portal"), (parts[2] if len(parts) > 2 else "")

    @property
    def imported_names(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            if isinstance(node, ast.ImportFrom):
                yield from (_module(f"{node.module}.{alias.name}") for alias in node.names)

    @property
    def functions(self):
        kinds = ast.FunctionDef, ast.AsyncFunctionDef
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    @property
    def calls(self):
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


def _module(name):
    """portal.db.within is a name in portal.db; portal.auth.models is a module of its own."""
    path = ROOT / Path(*name.split("."))
    is_module = path.is_dir() or path.with_suffix(".py").is_file()
    return name if is_module or not name.startswith("portal.") else name.rpartition(".")[0]


MODULES = [Module(path) for path in sorted(PORTAL.rglob("*.py"))]
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
# A mail and the book of an export leave the house: they carry their own style, and have no layout around them.
PAGES = [path for path in TEMPLATES if not {"mail", "book"} & set(path.relative_to(PORTAL / "templates").parts)]
SLICES = [module for module in MODULES if module.is_slice]


def keeps(where, rule):
    """`rule` gives what is wrong in one module or template; nowhere may that be anything."""
    wrong = {str(each).removeprefix(f"{PORTAL}/"): found for each in where if (found := rule(each))}
    assert wrong == {}, "\n".join(f"{place}: {found}" for place, found in wrong.items())


def code(words):
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", words, flags=re.S)


def tags(path):
    """Every tag of a template as it is written, the words of Jinja in it included."""
    return re.findall(
        r"<[a-z][a-z0-9]*\b(?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|'[^']*'|[^>\"'{])*>", code(path.read_text()), re.S
    )


# Floors and files


def test_imports_go_down():
    assert [str(module) for module in MODULES if module.room not in ORDER] == [], "these have no floor"
    keeps(MODULES, lambda module: [room for room, _ in module.imports if ORDER.index(room) > ORDER.index(module.room)])


def test_slice_has_only_files_with_a_meaning():
    keeps(SLICES, lambda module: module.file not in FILES or module.room not in ONLY_IN.get(module.file, [module.room]))


def test_files_of_a_slice_import_only_those_before_them():
    def later(module):
        own = [file for room, file in module.imports if room == module.room and file]
        return [file for file in own if FILES.index(file) >= FILES.index(module.file)]

    keeps(SLICES, later)


def test_nobody_imports_the_web_of_another_slice():
    keeps(MODULES, lambda module: [each for each in module.imports if each[0] != module.room and each[1] in WEB])


def test_domain_knows_no_web():
    web = ("flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "werkzeug")

    def known(module):
        names = [name for name in module.imported_names if name.partition(".")[0] in web]
        return [name for name in names if name != "flask_login.UserMixin"]

    keeps([module for module in SLICES if module.file in NO_FLASK], known)


def test_rules_know_no_database():
    forbidden = ("sqlalchemy", "flask_sqlalchemy", "portal.db")
    rules = [module for module in SLICES if module.file == "rules"]
    keeps(rules, lambda module: [name for name in module.imported_names if name.startswith(forbidden)])


def test_only_the_web_commands_and_workers_commit():
    def commits(module):
        if module.file in COMMITS or module.room in ("cli", "db", "doors"):
            return []
        return [call.lineno for call in module.calls if getattr(call.func, "attr", "") in ("commit", "end_reading")]

    keeps(MODULES, commits)


def test_features_stand_in_the_order_of_the_floors():
    assert sorted(portal.FEATURES, key=ORDER.index) == portal.FEATURES
    assert {module.room for module in SLICES} == {*portal.FEATURES, "demo"}


def test_people_read_of_the_same_floors():
    rows = dict(re.findall(r"^\| (\d) \| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.M))
    rooms = {module.room for module in MODULES} - {"portal", "migrations", "__main__"}
    floors = {name: str(number) for number, floor in enumerate(FLOORS) for name in floor}
    assert [room for room in rooms if f"`{room}`" not in rows[floors[room]]] == []


def test_every_module_says_what_it_is():
    keeps(MODULES, lambda module: not ast.get_docstring(module.tree))


def test_nothing_is_homeless():
    keeps(MODULES, lambda module: HOMELESS & {module.room, module.file})


def test_functions_and_files_stay_short():
    def long(module):
        lines = {node.name: node.end_lineno - node.lineno + 1 for node in module.functions}
        return [
            *(f"{name} has {count} lines" for name, count in lines.items() if count >= 40),
            *([count] if (count := len(module.path.read_text().splitlines())) >= 400 else []),
        ]

    keeps([module for module in MODULES if not module.name.startswith(MACHINE_MADE)], long)


def test_signatures_of_the_domain_are_typed():
    def bare(module):
        return [(node.name, node.lineno) for node in module.functions if not _is_typed(node)]

    keeps([module for module in SLICES if module.file in TYPED], bare)


def _is_typed(function):
    all_ = function.args
    arguments = [*all_.posonlyargs, *all_.args, *all_.kwonlyargs, all_.vararg, all_.kwarg]
    named = [argument for argument in arguments if argument is not None and argument.arg not in ("self", "cls")]
    return function.returns is not None and all(argument.annotation is not None for argument in named)


# The app as a whole


@pytest.fixture
def built(tmp_path):
    """built(**settings) is a new portal in a folder of its own."""
    made = []

    def build(name="one", **settings):
        environ = {
            "PORTAL_INSTANCE": str(tmp_path / name),
            **{f"PORTAL_{key}": value for key, value in settings.items()},
        }
        made.append(create_app(environ))
        with made[-1].app_context():
            database.migrate()
        return made[-1]

    yield build
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_every_page_is_behind_a_door(built):
    app = built(DEMO="true")
    assert set(app.blueprints) <= set(doors.DOORS)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
    assert {endpoint.partition(".")[0] for endpoint in endpoints} <= set(app.blueprints)


def test_addresses_are_lower_case_with_hyphens(built):
    rules = [rule.rule for rule in built(DEMO="true").url_map.iter_rules() if rule.endpoint != "static"]
    assert [rule for rule in rules if not re.fullmatch(r"[a-z0-9/.-]*", re.sub(r"<[^>]+>", "", rule))] == []


def test_two_portals_live_in_one_process(built):
    names = {"one": "Kok Kinderopvang", "two": "De Zonnebloem"}
    apps = {"one": built("one"), "two": built("two", DEMO="true")}
    for which, app in apps.items():
        with app.app_context():
            add_organisation(names[which], "huis", "https://huis.test", "kantoor@huis.test", "010-1234567")
            db.session.commit()
    for which, other in (("one", "two"), ("two", "one"), ("one", "two")):
        page = apps[which].test_client().get("/inloggen", base_url="https://huis.test")
        assert page.status_code == 200 and names[which] in page.text and names[other] not in page.text
    post = [app.test_client().get("/demo/post", base_url="https://huis.test").status_code for app in apps.values()]
    assert post == [404, 200]


def test_readme_tells_of_every_setting():
    rows = dict(re.findall(r"^\| `PORTAL_([A-Z_]+)` \| (.*) \|$", (ROOT / "README.md").read_text(), re.M))
    shown = {each.name: f"`{each.default}`" if each.default else "" for each in config.SETTINGS}
    assert rows == {each.name: f"{shown[each.name]} | {each.help}" for each in config.SETTINGS}


def test_readme_names_no_setting_that_is_not_there():
    named = re.findall(r"\bPORTAL_([A-Z_]+)\b", (ROOT / "README.md").read_text())
    assert set(named) - {setting.name for setting in config.SETTINGS} <= {"INSTANCE"}


def commands(group, path=("portal",)):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_readme_names_every_command_and_option(built):
    words = (ROOT / "README.md").read_text()
    for name, command in commands(cli._commands(built())):
        rows = [row for row in words.splitlines() if row.startswith(f"| `{name}")]
        assert rows, f"{name} is not in README.md"
        options = [param.opts[-1] for param in command.params if isinstance(param, click.Option)]
        missing = [option for option in options if option not in rows[0] and (name, option) not in BETWEEN_PROCESSES]
        assert missing == [], name
        assert command.help, f"{name} does not say what it does"


BETWEEN_PROCESSES = {("portal outbox run", "--parent")}  # for `serve`, not for people


def test_instance_folder_holds_nothing_in_git():
    if not (ROOT / ".git").exists():
        missing("the git repository")
    listed = subprocess.run(
        ["git", "ls-files", "instance"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert listed.split() == ["instance/README.md"]


# Templates and what goes to the browser


def is_fragment(path):
    words = path.read_text()
    return path.name.startswith("_") and "{% block" not in words and "{% macro" not in words


def test_what_a_cell_is_called_on_a_phone_is_no_question():
    """The stylesheet puts a colon behind it."""
    assert [
        f"{path}: {words}"
        for path in PAGES
        for words in re.findall(r'data-label="([^"]*"[^"]*\?"[^"]*)"', path.read_text())
    ] == []


def test_templates_stay_short():
    """A page under 60 lines; a fragment, and each macro of a file of macros, under 30."""

    def long(path):
        words = path.read_text()
        macros = re.findall(r"\{% macro .*?\{%-? endmacro -?%\}", words, re.S)
        if macros:
            return [macro.splitlines()[0] for macro in macros if len(macro.splitlines()) >= 30]
        return len(words.splitlines()) >= (30 if is_fragment(path) else 60)

    keeps(PAGES, long)


def test_fragment_has_one_root_that_carries_its_name():
    def nameless(path):
        name = path.stem.removeprefix("_").replace("_", "-")
        root = rf'\s*(\{{%.*?%\}}\s*)*<([a-z]+)\b[^>]*\sid="{name}(-\{{\{{.*?\}}\}})?".*</\2>\s*'
        return not re.fullmatch(root, code(path.read_text()), re.S)

    keeps([path for path in PAGES if is_fragment(path)], nameless)


def test_page_extends_the_layout():
    layout = re.compile(r"\{% extends \"(_layout|_office|errors/_error|uploads/_look)\.html\" %\}")
    keeps([path for path in PAGES if not path.name.startswith("_")], lambda path: not layout.match(path.read_text()))


def test_nothing_is_inline():
    script = re.compile(r"<script(?![^>]*\bsrc=)|javascript:|hx-on|hx-vals=.js:|\shx-|hx-trigger=.[^\"']*\[", re.I)
    keeps(TEMPLATES, lambda path: script.findall(code(path.read_text())))
    keeps(TEMPLATES, lambda path: [tag for tag in tags(path) if re.search(r"\son[a-z]+\s*=", tag, re.I)])
    keeps(PAGES, lambda path: re.findall(r"<style|\sstyle\s*=", code(path.read_text()), re.I))


def test_nothing_gets_past_the_escaping():
    keeps(TEMPLATES, lambda path: re.findall(r"\|\s*safe\b|autoescape|Markup", code(path.read_text())))
    keeps(MODULES, lambda module: [name for name in module.imported_names if "markupsafe" in name or "Markup" in name])


def test_nothing_comes_from_another_host():
    elsewhere = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z0-9.-]+")
    static = [path for path in (PORTAL / "static").rglob("*") if path.is_file()]
    keeps([*TEMPLATES, *static], lambda path: elsewhere.findall(path.read_text()))


def test_everything_works_without_htmx():
    def broken(tag):
        if tag.startswith("<form"):
            return " method=" not in tag or " action=" not in tag
        if tag.startswith("<button") and "data-hx-" in tag:
            return not re.search(r'formaction="(.*?)".*data-hx-post="\1"', tag)
        return tag.startswith("<a ") and " href=" not in tag

    keeps(PAGES, lambda path: [tag for tag in tags(path) if broken(tag)])


def test_htmx_attributes_stand_together():
    def apart(tag):
        return ("data-hx-target" in tag or "data-hx-swap" in tag) and not re.search("data-hx-(post|get)", tag)

    keeps(PAGES, lambda path: [tag for tag in tags(path) if apart(tag)])


def test_forms_are_written_by_the_macros():
    """Except the two small ones of the frame around every page, and the search box of a list."""
    by_hand = [path for path in PAGES if path.name not in ("_forms.html", "_tables.html", "_menu.html", "_footer.html")]
    keeps(by_hand, lambda path: [tag for tag in tags(path) if tag.startswith("<form")])


def test_only_answers_reads_htmx_headers():
    def named(module):
        words = {str(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Constant)}
        return {word for word in words if re.fullmatch("hx-[a-z-]+", word, re.I)} - VARY.get(module.name, set())

    keeps([module for module in MODULES if module.name != "answers.py"], named)


VARY = {"doors.py": {"HX-Request"}}  # names the header for caches, and does not read it


def test_htmx_is_the_file_we_looked_at():
    (path,) = (PORTAL / "static/vendor").iterdir()
    assert path.name == "htmx-4.0.1.min.js"
    assert hashlib.sha384(path.read_bytes()).hexdigest() == HTMX


def test_stylesheets_are_small():
    assert [path for path in (PORTAL / "static").glob("*.css") if path.stat().st_size >= 20_000] == []


# Mails


MAILS = sorted({path.parent for path in (PORTAL / "templates/mail").glob("*/*/*")})


def test_mail_has_its_three_files():
    keeps(MAILS, lambda folder: {path.name for path in folder.iterdir()} ^ {"subject.txt", "body.txt", "body.html"})


def test_every_mail_is_sent_by_somebody():
    code_of = {room: "".join(each.path.read_text() for each in SLICES if each.room == room) for room in portal.FEATURES}
    keeps(MAILS, lambda folder: f'"{folder.parent.name}/{folder.name}"' not in code_of[folder.parent.name])


# Words (tests/test_words.py has more)


def test_words_are_written_where_they_are_translated():
    """`_(SENTENCE)` is never gathered: write lazy_gettext("…") at the sentence, and use it as it is."""
    translating = ("_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext")

    def elsewhere(module):
        calls = [call for call in module.calls if getattr(call.func, "id", "") in translating]
        return [call.lineno for call in calls if not (call.args and isinstance(call.args[0], ast.Constant))]

    keeps(MODULES, elsewhere)
    keeps(TEMPLATES, lambda path: re.findall(r"\b(?:_|ngettext)\((?!\s*[\"']).*", code(path.read_text())))
