"""What no browser sends, to the server as it runs: it answers properly, stays up and tells nothing of itself."""

import contextlib
import re
import socket
import sqlite3

import pytest

FORM = "Content-Type: application/x-www-form-urlencoded"
LARGE = b"email=" + b"a" * 20_000


@pytest.fixture
def talk(server):
    """talk(b"GET / HTTP/1.1…") sends these bytes; gives the status and the whole answer, (0, "") when it hangs up or waits for more."""

    def send(words):
        own_host = f"kok.localhost:{server.port}".encode()
        answer = b""
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as line, contextlib.suppress(OSError):
            line.sendall(words.replace(b"KOK", own_host))
            while part := line.recv(65536):
                answer += part
        answer = answer.decode("utf-8", "replace")
        status = re.match(r"HTTP/1\.[01] (\d{3})", answer)
        return (int(status[1]) if status else 0), answer

    return send


def request(start, *headers, body=b""):
    return "\r\n".join([start, "Host: KOK", "Connection: close", *headers, "", ""]).encode("latin-1") + body


def chunked(body):
    return b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9000], body[9000:18_000], body[18_000:], b"")
    )


def post(*headers, body=b""):
    return request("POST /inloggen HTTP/1.1", *headers, body=body)


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        (request("GET /inloggen HTTP/1.1"), (200,)),
        (request("GET /inloggen HTTP/1.0"), (200,)),
        (b"GET /inloggen HTTP/1.0\r\n\r\n", (400, 404)),
        (b"GET /inloggen HTTP/1.1\r\nConnection: close\r\n\r\n", (400, 404)),
        (b"GET /inloggen HTTP/1.1\r\nHost: KOK\r\nHost: evil.example\r\nConnection: close\r\n\r\n", (200, 400, 404)),
        (b"GET /inloggen HTTP/1.1\r\nHost: a..b\r\nConnection: close\r\n\r\n", (400, 404)),
        (b"GET /inloggen HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n", (400, 404)),
        (b"GET /inloggen HTTP/1.1\r\nHost: " + b"a." * 3000 + b"\r\nConnection: close\r\n\r\n", (400, 404, 431)),
        (b"GET http://evil.example/inloggen HTTP/1.1\r\nHost: KOK\r\nConnection: close\r\n\r\n", (200, 400, 404)),
        (request("GET /\xff\xfe HTTP/1.1"), (0, 400, 404)),
        (request("GET /%ED%A0%80%00 HTTP/1.1"), (404,)),
        (request("GET /" + "a" * 20_000 + " HTTP/1.1"), (404, 414)),
        (request("GET / HTTP/9.9"), (0, 400, 505)),
        (b"onzin\r\n\r\n", (0, 400)),
        (b"\x16\x03\x01\x02\x00\x01\x00", (0, 400)),
        (request("GET /inloggen HTTP/1.1", "X: a\x00b"), (0, 400)),
        (request("GET /inloggen HTTP/1.1", "X: " + "a" * 70_000), (200, 400, 431)),
        (request("GET /inloggen HTTP/1.1", *(f"X-{n}: a" for n in range(500))), (200, 400, 431)),
        (request("GET /inloggen HTTP/1.1", "Cookie: sessie=\xff\xfe; taal=\xe9"), (200,)),
        (request("CONNECT evil.example:443 HTTP/1.1"), (0, 400, 404, 405)),
        (request("OPTIONS * HTTP/1.1"), (0, 200, 400, 404)),
        (request("ONZIN /inloggen HTTP/1.1"), (405,)),
        (post(FORM, f"Content-Length: {len(LARGE)}", body=LARGE), (413,)),
        (post("Content-Type: application/json", "Transfer-Encoding: chunked", body=chunked(b"{}")), (400, 415)),
        (post(FORM, "Content-Length: -1", body=b"a=b"), (0, 400)),
        (post(FORM, "Content-Length: onzin", body=b"a=b"), (0, 400)),
        (post(FORM, "Content-Length: 9999", body=b"a=b"), (0, 400, 408)),
        (
            post(FORM, "Content-Length: 3", "Transfer-Encoding: chunked", body=b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
            (0, 400),
        ),
        (post(FORM, "Transfer-Encoding: chunked", body=b"zz\r\nonzin\r\n"), (0, 400)),
        (post(FORM, "Content-Length: 0"), (400,)),
        (post("Content-Type: multipart/form-data; boundary=x", "Content-Length: 6", body=b"--x\r\n\r"), (400,)),
        (post(FORM, "Content-Length: 3", "Sec-Fetch-Site: cross-site", body=b"a=b"), (403,)),
    ],
)
def test_what_no_browser_sends_is_answered(words, statuses, talk):
    status, answer = talk(words)
    assert status in statuses, answer[:500]
    assert "Traceback" not in answer and "evil.example" not in answer
    assert talk(request("GET /livez HTTP/1.1"))[0] == 200


def test_form_without_a_length_is_not_read_past_the_limit(talk):
    """Werkzeug cuts a chunked body off at the limit and reads the rest as if that was all."""
    _, page = talk(request("GET /wachtwoord-vergeten HTTP/1.1"))
    cookie = re.search(r"set-cookie: (sessie=[^;]+)", page, re.I)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = f"csrf_token={token}&email=niemand@voorbeeld.nl&ballast={'a' * 20_000}".encode()
    words = request(
        "POST /wachtwoord-vergeten HTTP/1.1",
        FORM,
        "Transfer-Encoding: chunked",
        f"Cookie: {cookie}",
        body=chunked(form),
    )
    status, answer = talk(words)
    assert status in (400, 411, 413), answer[:300]


def test_server_tells_nothing_of_itself(talk):
    for path in ("/inloggen", "/nergens", "/livez", "/readyz", "/static/portal.css", "/.well-known/security.txt"):
        _, answer = talk(request(f"GET {path} HTTP/1.1"))
        head = answer.partition("\r\n\r\n")[0].lower()
        assert "x-powered-by" not in head
        assert not re.search(r"granian|werkzeug|flask|python|sqlite|gunicorn", answer.lower()), head


def test_nothing_of_the_folder_is_served(talk, server):
    for path in (
        "/portal.sqlite",
        "/secret_key",
        "/instance/secret_key",
        "/log",
        "/../log",
        "/static/../../log",
        "/.git/HEAD",
    ):
        assert talk(request(f"GET {path} HTTP/1.1"))[0] in (400, 404), path
    assert (server.folder / "secret_key").stat().st_mode & 0o077 == 0


def test_rows_stay_whole(server):
    """After everything above: SQLite itself looks at its file."""
    with sqlite3.connect(server.folder / "portal.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
