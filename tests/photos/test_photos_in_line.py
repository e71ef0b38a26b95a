"""Photos are answered a few at a time, so that who logs in is not behind forty of them."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from portal import serving
from tests.forms import ID


class Slow:
    """An application whose photos take until they are let go."""

    def __init__(self):
        self.go, self.lock = threading.Event(), threading.Lock()
        self.now = self.most = 0

    def __call__(self, environ, start_response):
        if "/fotos/" in environ["PATH_INFO"]:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            assert self.go.wait(20)
            with self.lock:
                self.now -= 1
        start_response("200 OK", [])
        return [b"answer"]


def ask(app, path, method="GET"):
    said = []
    body = app(
        {"PATH_INFO": path, "REQUEST_METHOD": method}, lambda status, headers: said.append((status, dict(headers)))
    )
    return said[0][0], b"".join(body), said[0][1]


def test_login_passes_a_line_of_photos_and_each_photo_has_its_turn():
    slow = Slow()
    app = serving.in_line(slow, lanes=2)
    with ThreadPoolExecutor(20) as threads:
        photos = [threads.submit(ask, app, f"/fotos/{ID}/klein") for _ in range(10)]
        photos += [threads.submit(ask, app, f"/beheer/fotos/{ID}/midden") for _ in range(10)]
        assert ask(app, "/inloggen")[0] == ask(app, f"/dagboek/foto/{ID}")[0] == "200 OK"
        slow.go.set()
        assert {photo.result()[:2] for photo in photos} == {("200 OK", b"answer")}
    assert slow.most == 2


def test_what_is_sent_to_a_photo_slowly_holds_up_no_photo():
    class SlowPosts(Slow):
        def __call__(self, environ, start_response):
            if environ["REQUEST_METHOD"] == "GET":
                start_response("200 OK", [])
                return [b"answer"]
            return super().__call__(environ, start_response)

    slow = SlowPosts()
    app = serving.in_line(slow, lanes=1)
    with ThreadPoolExecutor(4) as threads:
        posts = [threads.submit(ask, app, f"/beheer/fotos/{ID}/intrekken", "POST") for _ in range(3)]
        photo = threads.submit(ask, app, f"/fotos/{ID}/klein")
        try:
            assert photo.result(10)[0] == "200 OK"
        finally:
            slow.go.set()
        assert {post.result()[0] for post in posts} == {"200 OK"}


def test_photos_leave_threads_for_others_however_many_there_are(monkeypatch):
    monkeypatch.setattr(serving, "PHOTOS_THAT_WAIT", 3)
    slow = Slow()
    app, path = serving.in_line(slow, lanes=1), f"/fotos/{ID}/klein"
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, app, path) for _ in range(4)]
        done, waiting = wait(asked, 20, FIRST_COMPLETED)
        ((status, body, headers),) = (each.result() for each in done)
        assert status.startswith("503") and body == b"" and headers["Retry-After"] == "5"
        slow.go.set()
        assert [each.result()[0] for each in waiting] == ["200 OK"] * 3
    assert ask(app, path)[0] == "200 OK", "the room is free again"
