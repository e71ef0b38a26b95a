"""A real nginx before the portal that keeps what it may."""

import os
import socket
import subprocess
import threading
from http.client import HTTPConnection
from pathlib import Path
from time import sleep

import pytest
from werkzeug.serving import make_server

from tests.conftest import free_port, missing

NGINX = Path("/usr/sbin/nginx")
SETTINGS = """
{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=all:1m;
  server {{
    listen 127.0.0.1:{port};
    proxy_cache all; proxy_cache_valid any 1h;
    add_header X-Cache $upstream_cache_status always;
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host $host; }}
  }}
}}
"""


@pytest.fixture
def cache(app, tmp_path):
    """cache(browser, path) asks through nginx, with the cookies of this browser: status, bytes, and what nginx did."""
    if not NGINX.exists():
        missing("nginx (apt-get install nginx-light)")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, settings = free_port(), tmp_path / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""  # or it would work as somebody who may not write here
    settings.write_text(SETTINGS.format(user=user, folder=tmp_path, port=port, behind=server.server_port))
    nginx = subprocess.Popen([NGINX, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(browser, path):
        cookies = [
            f"{name}={browser.cookie(name)}" for name in ("__Host-sessie", "__Host-onthoud") if browser.cookie(name)
        ]
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {**browser.headers, "Host": "kok.test", "Cookie": "; ".join(cookies), "Accept": "image/webp,*/*"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read(), answer.headers["X-Cache"]
        finally:
            connection.close()

    _wait_for(port)
    yield ask
    nginx.terminate()
    nginx.wait(20)
    server.shutdown()
    server.server_close()


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            sleep(0.05)
        else:
            return
