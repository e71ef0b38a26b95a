"""A mail server on the loopback that does what a script tells it: refuse, hang, drip, hang up."""

import asyncio
import contextlib
import threading
import warnings
from collections import defaultdict

from aiosmtpd.smtp import SMTP, AuthResult


class Relay:
    """relay.script["RCPT"] = ["451 4.7.1 later"] answers the first RCPT so; then it is an ordinary server.

    Phases: MAIL, RCPT, DATA (before the final dot), DOT (after it). Beside an answer a step may be "hang", "drip" (an
    answer that never ends) or "drop". `seen` holds (sender, recipient, bytes) of every mail that had its final dot.
    """

    def __init__(self, tls=None, starttls=None, password=None):
        self.script = defaultdict(list)
        self.seen = []
        self.connections = 0
        self.sessions = []  # mails per connection
        self._options = {"tls_context": starttls}
        if password is not None:
            self._options |= {"authenticator": _only(password), "auth_required": True, "auth_require_tls": False}
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda *_: None)  # connections that break are the point here
        coroutine = self._loop.create_server(self._session, "127.0.0.1", 0, ssl=self._tls)
        server = self._loop.run_until_complete(coroutine)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _session(self):
        self.connections += 1
        self.sessions.append(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a password without TLS: here it is meant so
            return _Smtp(self, hostname="relay.test", loop=self._loop, **self._options)

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return await self.step(server, "MAIL")

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return await self.step(server, "RCPT")

    async def handle_DATA(self, server, session, envelope):
        self.sessions[-1] += 1
        self.seen.append((envelope.mail_from, *envelope.rcpt_tos, envelope.content))
        return await self.step(server, "DOT")

    async def step(self, server, phase):
        step = self.script[phase].pop(0) if self.script[phase] else "250 2.0.0 Ok"
        if step == "drop":
            server.transport.close()
        while step == "drip":
            server.transport.write(b"250-wait\r\n")
            await asyncio.sleep(0.2)
        if step in ("drop", "hang"):
            await asyncio.sleep(60)
        return step


class _Smtp(SMTP):
    def __init__(self, relay, **options):
        super().__init__(relay, **options)
        self.relay = relay

    async def smtp_DATA(self, arg):
        if not self.relay.script["DATA"]:
            await super().smtp_DATA(arg)
        elif self.relay.script["DATA"][0] == "drop":
            await self.push("354 go on")
            with contextlib.suppress(asyncio.IncompleteReadError):
                await self._reader.readuntil(b"\r\n")
            await self.relay.step(self, "DATA")
        else:
            await self.push(await self.relay.step(self, "DATA"))


def _only(password):
    def authenticate(server, session, envelope, mechanism, given):
        return AuthResult(success=given.password.decode() == password, handled=False)

    return authenticate
