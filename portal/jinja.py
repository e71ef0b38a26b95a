"""Templates, compiled once per language: sentences and fixed addresses stand in them as plain text."""

import hashlib
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from werkzeug.routing import BuildError

from portal import text


@cache
def static_url(filename: str) -> str:
    """A static file with its fingerprint in the address, so that it may be kept for a year."""
    content = (Path(__file__).parent / "static" / filename).read_bytes()
    return f"/static/{filename}?v={hashlib.sha256(content).hexdigest()[:12]}"


class SpokenEnvironment(Environment):
    """Flask's own, with the templates of each language apart: a third of the work of a page is done as it compiles."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language = ""  # of the templates in here; the app holds one without, which leads to those with
        self.spoken: dict[str, SpokenEnvironment] = {}

    def known(self, asked: str, word: str) -> str | None:
        """What asked("word") gives in a template when it is the same for every request, else None."""
        if asked == "_":
            return text.translated(self.language, word)
        if asked == "static_url":
            return static_url(word)
        if asked == "url_for":
            try:
                return self.app.url_map.bind("").build(word)
            except BuildError:  # a page of the demo, or one of this blueprint
                return None
        return None

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.language:
            return super()._load_template(name, globals)
        language = text.language()
        if language not in self.spoken:
            own = self.overlay()
            own.language = language
            self.spoken[language] = own
        return self.spoken[language]._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = _Answered(self).visit(super()._parse(source, name, filename))
        return template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dict. Jinja's ChainMap is walked through in Python, for every template and macro of a page."""
        return {**self.globals, **d} if d else self.globals


class _Answered(NodeTransformer):
    """Puts the answer in the place of the question: {{ _("Help") }} becomes a word in the text around it."""

    def __init__(self, environment: SpokenEnvironment) -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=asked), args=[nodes.Const(value=str(word))], kwargs=[], dyn_kwargs=None
            ):
                answer = self.environment.known(asked, word)
                return node if answer is None else nodes.Const(answer, lineno=node.lineno)
        return node
