"""The rules of this house (CONTRIBUTING.md) that a machine can keep."""

import ast
import hashlib
import re
import subprocess
import tomllib
from functools import cache
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages import extract, mofile, pofile

import portal
from portal import cli, config, create_app, doors
from portal import db as database
from portal.db import db, within
from portal.organisations.actions import add_organisation
from portal.text import LANGUAGES

PORTAL = Path(portal.__file__).parent
ROOT = PORTAL.parent

# Imports go down these floors, and on one floor to the left. `portal` is portal/__init__.py.
FLOORS = [
    ["clock", "errors", "config"],
    ["db", "keys", "text"],
    ["throttle", "organisations"],
    ["fields", "answers", "menu", "pages", "doors"],
    ["audit", "files", "passwords", "outbox"],
    ["auth"],
    ["children"],
    ["contracts", "messages", "diary", "planning", "invoices"],
    ["home", "staff", "demo"],
    ["serving", "portal", "migrations", "cli", "__main__"],
]
ORDER = [name for floor in FLOORS for name in floor]
# The files of a slice; each may import those before it.
FILES = [
    "rules", "models", "queries", "mails", "actions", "letters", "compose", "transport", "worker", "find", "cookies",
    "forms", "gate", "routes", "account", "staff", "cli", "__init__",
]  # fmt: skip
ONLY_IN = {
    "compose": "outbox", "transport": "outbox", "worker": "outbox", "letters": "auth", "cookies": "auth",
    "gate": "auth", "account": "auth",
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
PAGES = [path for path in TEMPLATES if "mail" not in path.relative_to(PORTAL / "templates").parts]
every_module = pytest.mark.parametrize("module", MODULES, ids=str)
every_slice_file = pytest.mark.parametrize("module", [module for module in MODULES if module.is_slice], ids=str)
every_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PORTAL / "templates")))
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PORTAL / "templates")))


def code(words):
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", words, flags=re.S)


def tags(path):
    """Every tag of a template as it is written, the words of Jinja in it included."""
    return re.findall(r"<[a-z][a-z0-9]*\b(?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|'[^']*'|[^>\"'{])*>", code(path.read_text()), re.S)


# Floors and files


@every_module
def test_imports_go_down(module):
    assert module.room in ORDER, f"{module} has no floor"
    above = [room for room, _ in module.imports if room != module.room and ORDER.index(room) > ORDER.index(module.room)]
    assert above == []


@every_slice_file
def test_slice_has_only_files_with_a_meaning_and_they_import_those_before_them(module):
    assert module.file in FILES
    assert ONLY_IN.get(module.file, module.room) == module.room
    later = [
        file for room, file in module.imports
        if room == module.room and file and FILES.index(file) >= FILES.index(module.file)
    ]  # fmt: skip
    assert later == []


@every_module
def test_nobody_imports_the_web_of_another_slice(module):
    assert [(room, file) for room, file in module.imports if room != module.room and file in WEB] == []


@every_slice_file
def test_domain_knows_no_web(module):
    web = [
        name for name in module.imported_names
        if name.partition(".")[0] in ("flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "werkzeug")
    ]  # fmt: skip
    if module.file in NO_FLASK:
        assert [name for name in web if name != "flask_login.UserMixin"] == []


@every_slice_file
def test_rules_know_no_database(module):
    if module.file == "rules":
        names = set(module.imported_names)
        assert not {name for name in names if name.startswith(("sqlalchemy", "portal.db", "flask_sqlalchemy"))}


@every_module
def test_only_doors_and_workers_commit(module):
    commits = [
        node.lineno for node in module.calls
        if getattr(node.func, "attr", "") == "commit" or getattr(node.func, "attr", "") == "end_reading"
    ]  # fmt: skip
    may = module.file in COMMITS or module.room in ("cli", "db", "doors") or module.name.startswith("migrations/")
    assert may or commits == [], f"{module} commits at {commits}"


def test_features_stand_in_the_order_of_the_floors():
    assert sorted(portal.FEATURES, key=ORDER.index) == portal.FEATURES
    slices = {module.room for module in MODULES if module.is_slice}
    assert slices == {*portal.FEATURES, "demo"}


@every_module
def test_every_module_says_what_it_is(module):
    assert ast.get_docstring(module.tree)


@every_module
def test_nothing_is_homeless(module):
    assert not HOMELESS & {module.room, module.file}


@every_module
def test_functions_and_files_stay_short(module):
    if module.name.startswith(MACHINE_MADE):
        return
    long = {node.name: node.end_lineno - node.lineno + 1 for node in module.functions}
    assert {name: lines for name, lines in long.items() if lines >= 40} == {}
    assert len(module.path.read_text().splitlines()) < 400


@every_slice_file
def test_signatures_of_the_domain_are_typed(module):
    if module.file not in TYPED:
        return
    bare = []
    for node in module.functions:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        untyped = [a.arg for a in arguments if a is not None and a.annotation is None and a.arg not in ("self", "cls")]
        if untyped or node.returns is None:
            bare.append((node.name, node.lineno))
    assert bare == []


# The app as a whole


@pytest.fixture
def built(tmp_path):
    """built(**settings) is a new portal in a folder of its own."""
    made = []

    def build(name="one", **settings):
        environ = {"PORTAL_INSTANCE": str(tmp_path / name), **{f"PORTAL_{key}": value for key, value in settings.items()}}
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
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    assert {rule.endpoint.partition(".")[0] for rule in rules} <= set(app.blueprints)


def test_addresses_are_lower_case_with_hyphens(built):
    for rule in built().url_map.iter_rules():
        if rule.endpoint != "static":
            assert re.fullmatch(r"[a-z0-9/.-]*", re.sub(r"<[^>]+>", "", rule.rule)), rule


def test_two_portals_live_in_one_process(built):
    one, two = built("one"), built("two", DEMO="true")
    for app, name in ((one, "Kok Kinderopvang"), (two, "De Zonnebloem")):
        with app.app_context():
            add_organisation(name, "huis", "https://huis.test", "kantoor@huis.test", "010-1234567")
            db.session.commit()
    for _ in range(2):
        for app, name, other in ((one, "Kok Kinderopvang", "De Zonnebloem"), (two, "De Zonnebloem", "Kok Kinderopvang")):
            page = app.test_client().get("/inloggen", base_url="https://huis.test")
            assert page.status_code == 200 and name in page.text and other not in page.text
    statuses = [app.test_client().get("/demo/post", base_url="https://huis.test").status_code for app in (one, two)]
    assert statuses == [404, 200]


def test_readme_names_every_setting():
    words = (ROOT / "README.md").read_text()
    missing = [setting.name for setting in config.SETTINGS if f"`PORTAL_{setting.name}`" not in words]
    assert missing == [] and "`PORTAL_INSTANCE`" in words
    wrong = set(re.findall(r"`PORTAL_([A-Z_]+)`", words)) - {setting.name for setting in config.SETTINGS}
    assert wrong == {"INSTANCE"}


def test_readme_says_the_default_and_help_of_every_setting():
    rows = dict(re.findall(r"^\| `PORTAL_([A-Z_]+)` \| (.*) \|$", (ROOT / "README.md").read_text(), re.M))
    said = {setting.name: f"{f'`{setting.default}`' if setting.default else ''} | {setting.help}" for setting in config.SETTINGS}
    assert rows == said


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
        assert [option for option in options if option not in rows[0] and option != "--parent"] == []
        assert command.help, f"{name} does not say what it does"


def test_two_lists_of_commits_and_floors_are_one():
    """CONTRIBUTING.md shows the floors to people; this file to the machine."""
    words = (ROOT / "CONTRIBUTING.md").read_text()
    rows = dict(re.findall(r"^\| (\d) \| (.*) \|$", words, re.M))
    for number, floor in enumerate(FLOORS):
        here = [name for name in floor if (PORTAL / name).is_dir() or (PORTAL / f"{name}.py").is_file()]
        for name in here:
            if name not in ("migrations", "__main__"):
                assert f"`{name}`" in rows[str(number)], f"CONTRIBUTING.md: {name} belongs on floor {number}"


def test_instance_folder_holds_nothing_in_git():
    if not (ROOT / ".git").exists():
        pytest.skip("needs the git repository")
    listed = subprocess.run(["git", "ls-files", "instance"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert listed.split() == ["instance/README.md"]


# Templates and what goes to the browser


@every_page
def test_templates_stay_short(path):
    words = path.read_text()
    macros = re.findall(r"\{% macro .*?\{%-? endmacro -?%\}", words, re.S)
    is_fragment = path.name.startswith("_") and "{% block" not in words and not macros
    for shape in macros:
        assert len(shape.splitlines()) < 30, shape.splitlines()[0]
    if not macros:
        assert len(words.splitlines()) < (30 if is_fragment else 60)


@every_page
def test_fragment_has_one_root_that_carries_its_name(path):
    words = code(path.read_text())
    if not path.name.startswith("_") or "{% block" in words or "{% macro" in words:
        return
    name = path.stem.removeprefix("_").replace("_", "-")
    assert re.match(rf'\s*(\{{%.*?%\}}\s*)*<[a-z]+ [^>]*id="{name}(-\{{\{{.*?\}}\}})?"', words, re.S)


@every_page
def test_page_extends_the_layout(path):
    if not path.name.startswith("_"):
        assert re.match(r"\{% extends \"(_layout|errors/_error)\.html\" %\}", path.read_text())


@every_template
def test_nothing_is_inline(path):
    words = code(path.read_text())
    assert not re.search(r"<script(?![^>]*\bsrc=)|javascript:|hx-on|hx-vals=.js:|\shx-", words, re.I)
    assert not [tag for tag in tags(path) if re.search(r"\son[a-z]+\s*=", tag, re.I)]
    if path in PAGES:
        assert not re.search(r"<style|\sstyle\s*=", words, re.I)


@every_template
def test_nothing_gets_past_the_escaping(path):
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", code(path.read_text()))


@every_module
def test_no_module_makes_markup(module):
    assert not [name for name in module.imported_names if name.startswith("markupsafe")]
    assert not [node for node in module.calls if getattr(node.func, "id", getattr(node.func, "attr", "")) == "Markup"]


@pytest.mark.parametrize("path", [*TEMPLATES, *(PORTAL / "static").rglob("*.*")], ids=lambda path: path.name)
def test_nothing_comes_from_another_host(path):
    found = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z0-9.-]+", path.read_text())
    assert set(found) <= {"http://www.w3.org"}


@every_page
def test_form_works_without_htmx(path):
    for tag in tags(path):
        if tag.startswith("<form"):
            assert " method=" in tag and " action=" in tag, tag
            assert "data-hx-get" not in tag and "data-hx-target" not in tag or "data-hx-post" in tag, tag
        if tag.startswith("<button") and "data-hx-post" in tag:
            assert re.search(r'formaction="(.*?)".*data-hx-post="\1"', tag), tag
        if tag.startswith("<a ") and "data-hx-" in tag:
            assert " href=" in tag, tag


@every_page
def test_htmx_attributes_stand_together(path):
    for tag in tags(path):
        if "data-hx-target" in tag or "data-hx-swap" in tag:
            assert "data-hx-post" in tag or "data-hx-get" in tag, tag


@every_page
def test_forms_are_written_by_the_macros(path):
    """Except the two small ones of the frame around every page."""
    by_hand = [tag for tag in tags(path) if tag.startswith("<form")]
    assert by_hand == [] or path.name in ("_forms.html", "_menu.html", "_footer.html")


@every_module
def test_only_answers_reads_htmx_headers(module):
    named = {n.value for n in ast.walk(module.tree) if isinstance(n, ast.Constant) and str(n.value).lower().startswith("hx-")}
    assert module.room == "answers" or named <= ({"HX-Request"} if module.room == "doors" else set())  # doors: Vary


def test_htmx_is_the_file_we_looked_at():
    (path,) = (PORTAL / "static/vendor").iterdir()
    assert path.name == "htmx-4.0.1.min.js"
    assert hashlib.sha384(path.read_bytes()).hexdigest() == HTMX


def test_stylesheet_is_small():
    assert (PORTAL / "static/portal.css").stat().st_size < 20_000


# Mails


MAILS = sorted({path.parent for path in (PORTAL / "templates/mail").glob("*/*/*")})


@pytest.mark.parametrize("folder", MAILS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_mail_has_its_three_files_and_somebody_sends_it(folder):
    assert {path.name for path in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}
    name = f"{folder.parent.name}/{folder.name}"
    assert any(name in module.path.read_text() for module in MODULES if module.room == folder.parent.name)


# Words


@cache
def words_of_the_code():
    """Every message of the portal, found as `./run.sh translate` finds them: message -> where it stands."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    keywords = extract.DEFAULT_KEYWORDS | {"lazy_gettext": None, "lazy_ngettext": (1, 2)}
    found = {}
    for mapping in mappings:
        for path in ROOT.glob(mapping["pattern"].replace("**.py", "**/*.py").replace("templates/**", "templates/**/*.*")):
            for line, message, _, _ in extract.extract(mapping["method"], BytesIO(path.read_bytes()), keywords):
                found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    return found


def catalogue(language):
    path = PORTAL / "translations" / language / "LC_MESSAGES" / "messages.po"
    assert path.is_file(), f"{path} is not there: ./run.sh translate"
    return pofile.read_po(BytesIO(path.read_bytes()))


TRANSLATIONS = sorted(set(LANGUAGES) - {"nl"})


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_word_is_translated(language):
    known = catalogue(language)
    missing = []
    for message, place in words_of_the_code().items():
        entry = known.get(message[0] if isinstance(message, tuple) else message)
        said = [] if entry is None else [entry.string] if isinstance(entry.string, str) else entry.string
        if entry is None or entry.fuzzy or not said or not all(said):
            missing.append((place, message))
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_keeps_the_names_in_a_sentence(language):
    def names(words):
        return set(re.findall(r"%\((\w+)\)", words))

    for entry in catalogue(language):
        sources, said = ([words] if isinstance(words, str) else list(words) for words in (entry.id, entry.string))
        for words in said:
            assert not entry.id or names(words) in [names(source) for source in sources], entry.id


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_compiled_translation_is_in_step(language):
    compiled = PORTAL / "translations" / language / "LC_MESSAGES" / "messages.mo"
    written = BytesIO()
    mofile.write_mo(written, catalogue(language))
    assert compiled.read_bytes() == written.getvalue(), "./run.sh translate"


@every_module
def test_words_are_written_where_they_are_translated(module):
    """`_(SENTENCE)` is never gathered: write lazy_gettext("…") at the sentence, and use it as it is."""
    translating = ("_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext")
    calls = [node for node in module.calls if getattr(node.func, "id", "") in translating]
    assert [node.lineno for node in calls if not (node.args and isinstance(node.args[0], ast.Constant))] == []


@every_page
def test_words_in_templates_are_written_where_they_are_translated(path):
    assert not re.findall(r"\b_\((?!\s*[\"'])", code(path.read_text()))
