"""Web workers and one mail worker under one command, stopped cleanly together."""

import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from portal.config import LOOPBACK
from portal.errors import ConfigError

log = logging.getLogger("portal")
STOP_WITHIN = 30  # seconds a mail that is on its way may take
# Requests at once in one web worker. Far more than the processors ask for: a slow body keeps a thread waiting, and the
# proxy before us may not hold it back. Passwords have a limit of their own (portal.passwords.actions).
THREADS = 256
# A page of the diary asks forty photos, and everybody opens it at six. Photos wait for each other, holding no more than
# a thread. Four at once had four turns of the interpreter for each one of who logs in: with 200 parents at forty
# thumbnails a login took 87 ms, one at a time 43, and 40 at rest; and all photos were there sooner. Of a bucket most of
# the time is waiting for the network.
PHOTO = re.compile(r"/fotos/[0-9a-f-]{36}/[a-z]+")
PHOTOS_AT_ONCE, PHOTOS_FROM_A_BUCKET = 1, 16
PHOTOS_THAT_WAIT = THREADS - 32


def address(bind: str) -> tuple[str, int]:
    """HOST:PORT in two. Raises ConfigError."""
    host, colon, port = bind.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"--bind takes HOST:PORT, such as 127.0.0.1:8000; {bind!r} is not that.")
    return host.strip("[]"), int(port)


def refuse_open_proxy(host: str, trusted_proxies: int) -> None:
    """Whoever reaches the portal past the proxy could write its own address in X-Forwarded-For. Raises ConfigError."""
    if trusted_proxies and host not in LOOPBACK:
        raise ConfigError(
            f"PORTAL_TRUSTED_PROXIES={trusted_proxies} means that only your proxy may reach the portal: "
            "use --bind 127.0.0.1:8000, or set PORTAL_TRUSTED_PROXIES=0."
        )


def serve(host: str, port: int, workers: int, mail: bool) -> None:
    """Serve until a signal comes."""
    from granian import Granian
    from granian.constants import Interfaces

    _refuse_taken_port(host, port)
    os.environ["PORTAL_WORKERS"] = str(workers)
    stopped = threading.Event()
    keeper = threading.Thread(target=_keep_mail_worker, args=(stopped,), daemon=True)
    if mail:
        keeper.start()
    try:
        Granian(
            "portal.cli:served",
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            respawn_failed_workers=True,
            websockets=False,
            log_access=False,
        ).serve()
    finally:
        stopped.set()
        if mail:
            keeper.join(STOP_WITHIN + 5)


def in_line(inner: Callable[..., Any], lanes: int) -> Callable[..., Any]:
    """The same application, in which so many photos are answered at once, and photos never take all threads."""
    lane, room = threading.BoundedSemaphore(lanes), threading.BoundedSemaphore(PHOTOS_THAT_WAIT)

    def calm(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        # Only looks: what is sent to such an address may come in slowly, from who is not logged in.
        is_look = environ.get("REQUEST_METHOD") in ("GET", "HEAD")
        if not is_look or not PHOTO.search(environ.get("PATH_INFO", "")):
            return inner(environ, start_response)
        if not room.acquire(blocking=False):
            start_response("503 Service Unavailable", [("Retry-After", "5"), ("Cache-Control", "no-store")])
            return []
        try:
            with lane:
                return inner(environ, start_response)
        finally:
            room.release()

    return calm


def _refuse_taken_port(host: str, port: int) -> None:
    """Granian shares a port with whoever has it already; two portals on one port serve each other's visitors."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"The portal cannot listen at {host}:{port}: {error.strerror}. Choose another --bind."
            ) from None


def _keep_mail_worker(stopped: threading.Event) -> None:
    """One mail worker as a child process; when it dies, a new one."""
    while not stopped.is_set():
        command = [sys.executable, "-m", "portal", "outbox", "run", "--parent", str(os.getpid())]
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        while worker.poll() is None and not stopped.wait(0.5):
            pass
        if worker.poll() is None:
            worker.terminate()
            try:
                worker.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                worker.kill()
        elif not stopped.is_set():
            log.error("the mail worker stopped with code %s; starting another", worker.returncode)
            stopped.wait(2)
