"""Spam filters as receivers have them, on the loopback and with our own name server: SpamAssassin and rspamd.

Nothing they ask leaves the machine: block lists, fuzzy hashes and learning are off, SPF, DKIM and DMARC are on.
"""

import contextlib
import json
import os
import random
import re
import socket
import subprocess
import time
import urllib.request
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

RULES = Path("/usr/share/spamassassin")  # without -C SpamAssassin looks where only sa-update writes
READY_WITHIN = 60
SUFFIXES = ("nl", "be", "de", "eu", "com", "net", "org", "test")


class Score(NamedTuple):
    score: float
    symbols: dict  # name: score


class Client(NamedTuple):
    """Who brings the mail: the relay of the sender."""

    address: str
    name: str
    sender: str
    recipient: str


def received(content, client):
    """The mail as it stands in the mailbox of a receiver at mx.ontvanger.test."""
    line = (
        f"Received: from {client.name} ({client.name} [{client.address}])\r\n"
        "\tby mx.ontvanger.test (Postfix) with ESMTPS id 4F2C61A0B7\r\n"
        f"\tfor <{client.recipient}>; {format_datetime(datetime.now(UTC))}\r\n"
    )
    return f"Return-Path: <{client.sender}>\r\n{line}".encode() + content


class SpamAssassin:
    """spamd, for starting SpamAssassin anew takes seconds per mail."""

    def __init__(self, folder, dns_port):
        self.folder, self.port = folder, _free_port()
        (folder / "local.cf").write_text(
            f"dns_server 127.0.0.1:{dns_port}\ndns_available yes\ndns_query_restriction allow *\n"
            "skip_rbl_checks 1\nskip_uribl_checks 1\nuse_bayes 0\nbayes_auto_learn 0\nuse_auto_welcomelist 0\n"
            "internal_networks 127.0.0.0/8\ntrusted_networks 127.0.0.0/8\nreport_safe 0\n"
        )
        plugins = "SPF DKIM DMARC URIDetail HTMLEval HeaderEval BodyEval RelayEval WLBLEval MIMEEval MIMEHeader URIEval"
        plugins += " FreeMail VBounce Check ReplaceTags BodyEval DNSEval HTTPSMismatch"
        names = dict.fromkeys(plugins.split())
        (folder / "lab.pre").write_text("".join(f"loadplugin Mail::SpamAssassin::Plugin::{name}\n" for name in names))

    @contextlib.contextmanager
    def open(self):
        command = [
            "spamd", "-C", RULES, f"--siteconfigpath={self.folder}", "-i", "127.0.0.1", "-p", str(self.port),
            "--nouser-config", "--syslog=stderr", "--max-children=2", "--min-children=2", "--min-spare=0",
            "--max-spare=1", f"--helper-home-dir={self.folder}",
        ]  # fmt: skip
        with _running(command, self.folder / "spamd.log", self.port):
            yield self

    def score(self, content, client):
        content = received(content, client)
        head = f"REPORT SPAMC/1.5\r\nContent-length: {len(content)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(head + content)
            line.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: line.recv(65536), b"")).decode(errors="replace")
        total = re.search(r"^Spam: \w+ ; (-?[\d.]+) / ", answer, re.M)
        assert total, answer
        rules = re.findall(r"^ *(-?\d+\.\d+) ([A-Z][A-Z0-9_]+) ", answer, re.M)
        return Score(float(total[1]), {name: float(score) for score, name in rules})


class Rspamd:
    def __init__(self, folder, dns_port):
        self.folder, self.port, self.dns_port = folder, _free_port(), dns_port

    @contextlib.contextmanager
    def open(self):
        config = self.folder / "local"
        (config / "local.d").mkdir(parents=True)
        (config / "override.d").mkdir()
        for name, words in self._settings().items():
            (config / "local.d" / name).write_text(words + "\n")
        # All ten thousand suffixes of the internet take it a minute to learn.
        (self.folder / "suffixes").write_text("\n".join(SUFFIXES) + "\n")
        is_root = os.getuid() == 0  # which rspamd gives up
        if is_root:
            subprocess.run(["chown", "-R", "_rspamd:_rspamd", self.folder], check=True)
        command = [
            "rspamd", "-f", "-c", "/etc/rspamd/rspamd.conf", f"--var=LOCAL_CONFDIR={config}",
            f"--var=DBDIR={self.folder}", f"--var=RUNDIR={self.folder}", f"--var=LOGDIR={self.folder}",
            *(["-u", "_rspamd", "-g", "_rspamd"] if is_root else []),
        ]  # fmt: skip
        with _running(command, self.folder / "rspamd.out", self.port):
            yield self

    def _settings(self):
        off = (
            "rbl", "surbl", "fuzzy_check", "greylist", "asn", "phishing", "neural", "ratelimit", "replies", "dcc",
            "history_redis", "reputation", "antivirus", "external_services", "mx_check", "bimi", "url_redirector",
        )  # fmt: skip
        return {
            **{f"{name}.conf": "enabled = false;" for name in off},
            "options.inc": f'dns {{ nameserver = ["127.0.0.1:{self.dns_port}"]; timeout = 2s; retransmits = 1; }}\ndisable_hyperscan = true;\n'
            f'local_addrs = "127.0.0.0/8";\nurl_tld = "{self.folder}/suffixes";\n',
            "logging.inc": f'type = "file"; filename = "{self.folder}/rspamd.log"; level = "warning";',
            "worker-normal.inc": f'bind_socket = "127.0.0.1:{self.port}"; count = 2;',
            "worker-controller.inc": "enabled = false;",
            "worker-proxy.inc": "enabled = false;",
            "worker-fuzzy.inc": "enabled = false;",
            "statistic.conf": "",
        }

    def score(self, content, client):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/checkv2", content,
            {
                "IP": client.address, "Helo": client.name, "Hostname": client.name, "From": client.sender,
                "Rcpt": client.recipient,
            },
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)
        symbols = {name: symbol["score"] for name, symbol in found["symbols"].items()}
        return Score(round(found["score"], 2), symbols)


@contextlib.contextmanager
def _running(command, log, port):
    """A daemon of ours, until the end. Its output goes to a file, or whoever reads ours would wait for it."""
    for path in log.parent.rglob("*"):  # it gives up its rights, and must still read these
        path.chmod(0o755 if path.is_dir() else 0o644)
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, umask=0o022
        )
    try:
        _wait_for(port, daemon, log)
        yield
    finally:
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait(10)


def _wait_for(port, daemon, log):
    last = time.monotonic() + READY_WITHIN
    while time.monotonic() < last:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert daemon.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _free_port():
    """Below those that the system hands out itself: a filter takes seconds to begin, and meanwhile nobody may get it."""
    while True:
        port = random.randint(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port
