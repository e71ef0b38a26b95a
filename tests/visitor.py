"""A browser without JavaScript that looks critically at every page it opens."""

from collections import Counter
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urlencode

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

INPUTS_WITHOUT_LABEL = ("hidden", "submit", "button")
FORM = "application/x-www-form-urlencoded"


class Page(HTMLParser):
    """One answer: .status, .text, .response, and what stands in it."""

    def __init__(self, response):
        super().__init__(convert_charrefs=True)
        self.response, self.status = response, response.status_code
        self.text = "" if response.mimetype.startswith("image/") else response.get_data(as_text=True)
        self.tags, self.words, self.forms, self.ids, self.labels, self.inputs = [], [], [], [], set(), []
        if response.mimetype == "text/html":
            self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "form":
            self.forms.append({"attributes": attributes, "fields": {}})
        if tag == "label":
            self.labels.add(attributes.get("for"))
        if tag in ("input", "select", "textarea"):
            self.inputs.append(attributes)
            if self.forms:
                self.forms[-1]["fields"][attributes.get("name")] = attributes.get("value", "")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def seen(self):
        """The words of the page, on one line."""
        return " ".join(" ".join(self.words).split())

    def form(self, form_id):
        return next(form for form in self.forms if form["attributes"].get("id") == form_id)

    def check(self, is_fragment=False):
        names = Counter(tag for tag, _ in self.tags)
        if not is_fragment:
            assert names["h1"] == 1, f"{names['h1']} h1 on the page"
            assert dict(self.tags[0][1]).get("lang") in ("nl", "en")
        assert not [name for name, times in Counter(self.ids).items() if times > 1], "an id stands twice"
        assert not names["style"], "an inline style element"
        for tag, attributes in self.tags:
            assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
            assert tag != "script" or attributes.get("src"), "an inline script"
        for attributes in self.inputs:
            if attributes.get("type") not in INPUTS_WITHOUT_LABEL:
                assert attributes.get("id") in self.labels or attributes.get("aria-label"), attributes
        for form in self.forms:
            assert form["attributes"].get("method") and form["attributes"].get("action"), form
            if form["attributes"]["method"] == "post":
                assert form["fields"].get("csrf_token"), form


def _file(name, content):
    return FileStorage(BytesIO(content), name)


def _listed(sent):
    return sent if isinstance(sent, list) else [sent]


class Visitor:
    """One browser at one organisation. `get` and `post` say which status they expect, and check the page."""

    def __init__(
        self, app, origin, password, user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/130.0", address="203.0.113.7"
    ):
        self.client, self.origin, self.password = app.test_client(), origin, password
        self.headers = {"User-Agent": user_agent, "Accept-Language": "nl"}
        self.environ = {"REMOTE_ADDR": address}
        self.csrf = ""

    def get(self, path, status=200, headers=None):
        answer = self.client.get(path, **self._with(headers))
        return self._checked(answer, status, is_fragment="HX-Request" in (headers or {}))

    def post(self, path, status=303, headers=None, csrf_token=None, files=None, **fields):
        """files: {"file": ("ouders.csv", b"…")}, and the form goes as a browser sends one with a file."""
        if not self.csrf:
            self.get("/hulp")
        fields["csrf_token"] = self.csrf if csrf_token is None else csrf_token
        ours = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        sent = {"data": urlencode(fields, doseq=True), "content_type": FORM}
        if files is not None:
            parts = [(name, _file(*each)) for name, sent in files.items() for each in _listed(sent)]
            boundary, content = encode_multipart(MultiDict([*fields.items(), *parts]))
            sent = {"data": content, "content_type": f"multipart/form-data; boundary={boundary}"}
        answer = self.client.post(path, **sent, **self._with(ours))
        return self._checked(answer, status, is_fragment="HX-Request" in ours)

    def send(self, path, body="", method="POST", content_type=FORM, headers=None):
        """Exactly these bytes, as no browser would send them; the page that comes back is for the test to judge."""
        ours = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        kind = {"content_type": content_type} if content_type else {}
        return Page(self.client.open(path, method=method, data=body, buffered=True, **kind, **self._with(ours)))

    def htmx_post(self, path, status=200, **fields):
        return self.post(path, status, {"HX-Request": "true"}, **fields)

    def follow(self, page):
        return self.get(page.response.location)

    def log_in(self, account, password=None, remember=False, again=False):
        if not again:
            self.get("/inloggen")
        fields = {"remember": "y"} if remember else {}
        page = self.post("/inloggen", email=account.email, password=password or self.password, **fields)
        self.csrf = ""
        return page

    def cookie(self, name):
        found = self.client.get_cookie(name, domain=self.origin.partition("//")[2])
        return found.value if found else None

    def _with(self, headers):
        given = {name: value for name, value in {**self.headers, **(headers or {})}.items() if value is not None}
        return {"headers": given, "base_url": self.origin, "environ_overrides": self.environ}

    def _checked(self, response, status, is_fragment=False):
        page = Page(response)
        assert status in (None, page.status), f"{page.status} {response.location or ''}\n{page.text[:1500]}"
        if response.mimetype == "text/html" and page.text and not 300 <= page.status < 400:
            page.check(is_fragment)
        tokens = [form["fields"]["csrf_token"] for form in page.forms if form["fields"].get("csrf_token")]
        is_new_session = any("sessie=" in value for value in response.headers.getlist("Set-Cookie"))
        self.csrf = tokens[0] if tokens else "" if is_new_session else self.csrf
        return page
