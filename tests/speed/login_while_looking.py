"""How long a login takes while 200 parents open the diary with its 40 thumbnails, and how long without them.

A real server, and parents as browsers are: they come at any moment of a minute, each asks the page and then its
thumbnails over six connections, and reads on. Logins go on at a steady pace. That minute is cut in pieces with rest
between them, so that whatever else the machine does weighs on both alike.
"""

import asyncio
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import uuid4

import sqlalchemy as sa

from portal import clock, create_app
from portal import db as database
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.consent.models import Consent, ConsentPurpose
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import db, within
from portal.demo import actions as demo
from portal.files import actions as files
from portal.files.images import Picture
from portal.organisations.models import Group, Organisation
from portal.passwords.actions import hash_password
from portal.photos.models import Photo, PhotoChild, PhotoFile

PARENTS, A_GROUP, THUMBNAILS, CONNECTIONS = 200, 10, 40, 6
SECONDS, PIECE = 60, 10  # in which they come; of one piece
PACE, AFTER = 0.4, 1.0  # between two logins; what is left over of the piece before
LOGINS = 60  # parents who log in, by turns
PASSWORD = demo.PASSWORD


def measure():
    """Milliseconds of a login at rest and under load (median, and of the slowest twentieth), and what was served."""
    folder = tempfile.mkdtemp(prefix="portal-looking-")
    app = create_app({"PORTAL_INSTANCE": folder})
    port = _free_port()
    with app.app_context():
        database.migrate()
        demo.fill(port)
        db.session.commit()
        kok = db.session.scalars(sa.select(Organisation.id).where(Organisation.slug == "kok")).one()
        with within(kok):
            _fill(kok)
    with _server(folder, port):
        cookies = [_login(port, f"kijkt{number}@voorbeeld.nl", number)[0] for number in range(PARENTS)]
        began = time.time() + 3
        load = subprocess.Popen(
            [sys.executable, "-m", "tests.speed.login_while_looking", str(port), str(began)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        load.stdin.write(json.dumps(cookies).encode())
        load.stdin.close()
        rest, busy = _logins(port, began)
        served = json.loads(load.stdout.read())
        load.wait()
    return {"rest": _said(rest), "busy": _said(busy), "served": served}


def _said(took):
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


# Who and what there is


def _fill(organisation_id):
    own, hashed = {"organisation_id": organisation_id}, hash_password(PASSWORD)
    group_id, author = (
        db.session.scalars(sa.select(Group.id)).first(),
        db.session.scalars(sa.select(Account.id)).first(),
    )
    purpose = db.session.scalars(sa.select(ConsentPurpose.id).where(ConsentPurpose.code == PHOTO_TOGETHER)).one()
    for _ in range(PARENTS // A_GROUP):
        _photos(own, group_id, author, [_family(own, group_id, purpose, hashed) for _ in range(A_GROUP)])
    for number in range(LOGINS):
        _account(own, f"komt{number}@voorbeeld.nl", hashed)
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def _account(own, email, hashed):
    person = Person(**own, id=uuid4(), given_name="Ouder", family_name="Kijkt")
    db.session.add(person)
    db.session.add(Account(**own, person=person, email=email, email_key=email, password_hash=hashed, status="active"))
    return person.id


def _family(own, group_id, purpose_id, hashed):
    number = next(_NUMBERS)
    parent_id = _account(own, f"kijkt{number}@voorbeeld.nl", hashed)
    person = Person(**own, given_name=f"Kind{number}", family_name="Kijkt", birth_date=clock.today())
    child = Child(**own, id=uuid4(), person=person, group_id=group_id)
    db.session.add(child)
    db.session.flush()
    rights = {"role": "custody", "can_decide": True, "can_see_daily": True}
    db.session.add(Guardianship(**own, child_id=child.id, person_id=parent_id, **rights))
    db.session.add(Consent(**own, child_id=child.id, person_id=parent_id, purpose_id=purpose_id, value=True))
    return child.id


_NUMBERS = iter(range(10_000))


def _photos(own, group_id, author, child_ids):
    """Of today, with all of them on it: as many questions of consent as there can be."""
    for _ in range(THUMBNAILS):
        now, photo_id = clock.now(), uuid4()
        db.session.add(
            Photo(
                **own, id=photo_id, group_id=group_id, uploaded_by=author, taken_at=now, sha256="", status="ready",
                width=2048, height=1536,
            )
        )  # fmt: skip
        db.session.flush()
        content = b"RIFF" + os.urandom(random.randrange(14_000, 24_000))
        file = files.add("photo", "", files.put(content), Picture("image/webp", 360, 270, content))
        file.used_at = now
        db.session.add(PhotoFile(**own, photo_id=photo_id, size="klein", file_id=file.id))
        db.session.add_all(PhotoChild(**own, photo_id=photo_id, child_id=child_id) for child_id in child_ids)
    db.session.commit()


# The server, and who logs in


def _free_port():
    from tests.conftest import free_port

    return free_port()


@contextmanager
def _server(folder, port):
    environ = {
        **os.environ,
        "PORTAL_INSTANCE": folder,
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_HASHES_PER_SECOND": "1000",
    }
    command = [sys.executable, "-m", "portal", "serve", "--bind", f"127.0.0.1:{port}"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environ, **quiet)
    try:
        for _ in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/livez")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(3)
        yield
    finally:
        server.terminate()
        server.wait(40)


def _headers(port, number, **more):
    """As a proxy would send it, each visitor from an address of its own."""
    return {
        "Host": f"kok.localhost:{port}", "X-Forwarded-For": f"10.{number // 60000}.{number // 250 % 240}.{number % 250}",
        "Accept": "text/html,image/webp,*/*", "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130", **more,
    }  # fmt: skip


def _login(port, email, number):
    """The cookies of who is logged in then, and the milliseconds that the login itself took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/inloggen", headers=_headers(port, number))
    answer = connection.getresponse()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())[1]
    form = urlencode({"csrf_token": csrf, "email": email, "password": PASSWORD})
    headers = _headers(
        port, number, Cookie=_cookies(answer), Origin=f"http://kok.localhost:{port}",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    before = time.perf_counter()
    connection.request("POST", "/inloggen", form, headers)
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - before) * 1000
    assert answer.status == 303, answer.status
    connection.close()
    return _cookies(answer), took


def _cookies(answer):
    return "; ".join(value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or ())


def _logins(port, began):
    """By turns in a piece of rest and in one in which parents come."""
    took = [], []
    for number in range(int(2 * SECONDS / PACE)):
        time.sleep(max(0, began + number * PACE - time.time()))
        piece, since = divmod(time.time() - began, PIECE)
        milliseconds = _login(port, f"komt{number % LOGINS}@voorbeeld.nl", 1000 + number)[1]
        if since >= AFTER:
            took[int(piece) % 2].append(milliseconds)
    return took


# The parents, in a process of their own


async def _parent(port, number, cookie, wait, served):
    await asyncio.sleep(wait)
    before = time.perf_counter()
    line = await asyncio.open_connection("127.0.0.1", port)
    page = await _get(line, port, number, cookie, "/dagboek", served)
    images = re.findall(rb'src="(/fotos/[^"]+/klein)"', page)
    lines = [line, *[await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS - 1)]]

    async def fetch(own):
        while images:
            await _get(own, port, number, cookie, images.pop().decode(), served)

    await asyncio.gather(*map(fetch, lines))
    for _reader, writer in lines:
        writer.close()
    served["page"].append((time.perf_counter() - before) * 1000)


async def _get(line, port, number, cookie, path, served):
    reader, writer = line
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(port, number, Cookie=cookie).items())
    writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(re.search(r"content-length: (\d+)", answer)[1])
    body = await reader.readexactly(length)
    kind = ("images" if "/fotos/" in path else "pages") if answer.startswith("http/1.1 200") else "failures"
    served[kind] += 1
    return body


async def _parents(port, began, cookies):
    served = {"pages": 0, "images": 0, "failures": 0, "page": []}
    moments = [random.uniform(0, SECONDS) for _ in cookies]
    waits = [began - time.time() + moment + PIECE * (moment // PIECE + 1) for moment in moments]
    await asyncio.gather(
        *(_parent(port, *each, served) for each in zip(range(len(cookies)), cookies, waits, strict=True))
    )
    served["page"] = statistics.median(served["page"])
    return served


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        print(json.dumps(asyncio.run(_parents(int(sys.argv[1]), float(sys.argv[2]), json.load(sys.stdin)))))
    else:
        print(json.dumps(measure(), indent=2))
