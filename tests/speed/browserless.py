"""Calls a WSGI application as a server would, without a server and without a test client's own cost."""

import io
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode


class Caller:
    """One browser of one host: keeps cookies and the CSRF value, and counts the CPU time of each request."""

    def __init__(self, app, host="kok.localhost:8000"):
        self.app, self.host = app, host
        self.cookies = {}
        self.csrf = ""
        self.cpu = 0.0
        self.body = b""

    def get(self, path):
        return self._call("GET", path, b"")

    def post(self, path, **fields):
        return self._call("POST", path, urlencode({"csrf_token": self.csrf, **fields}).encode())

    def _call(self, method, path, body):
        environ = self._environ(method, path, body)
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer.update(status=int(status[:3]), headers=headers)

        before = time.process_time()
        chunks = self.app(environ, start_response)
        self.body = b"".join(chunks)
        getattr(chunks, "close", lambda: None)()
        self.cpu = time.process_time() - before
        self._keep(answer["headers"])
        return answer["status"]

    def _environ(self, method, path, body):
        path, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "kok.localhost", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False, "HTTP_ACCEPT_LANGUAGE": "nl",
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) Chrome/130",
        }  # fmt: skip

    def _keep(self, headers):
        for name, value in headers:
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    self.cookies[morsel.key] = morsel.coded_value
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', self.body)
        if found:
            self.csrf = found[1].decode()
