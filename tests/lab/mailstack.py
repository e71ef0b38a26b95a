"""A mail provider as there are thousands: Postfix that asks for a password, Dovecot that knows it and keeps the mail.

Both have folders and ports of their own on the loopback, and Postfix can send nowhere but to that Dovecot.
"""

import contextlib
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from tests.conftest import free_port

SBIN = Path("/usr/lib/postfix/sbin")
DAEMONS = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""
POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {sbin}
maillog_file_prefixes = {folder}
maillog_file = {folder}/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
alias_maps =
virtual_mailbox_domains = {domain}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:nothing leaves this machine
recipient_delimiter = +
smtpd_tls_chain_files = {certificate}
smtpd_tls_security_level = encrypt
smtpd_error_sleep_time = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_sender_login_maps = texthash:{folder}/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""
DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_format = %n
recipient_delimiter = +
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
"""


def what_is_missing():
    """The name of what it takes and is not here; empty when all is."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    programs = {
        "postfix": SBIN / "smtpd",
        "dovecot-lmtpd": Path("/usr/lib/dovecot/lmtp"),
        "dovecot-imapd": Path("/usr/lib/dovecot/imap"),
    }
    absent = [name for name, file in programs.items() if not file.exists()]
    if absent or shutil.which("postfix", path=path) is None:
        return f"Postfix and Dovecot (apt-get install {' '.join(absent or ['postfix'])})"
    return "" if os.getuid() == 0 else "root, for Postfix gives up its rights by itself"


class Provider:
    """senders: {address: user name} says who may send from which address. Of others than `users` there is no mailbox."""

    def __init__(self, folder, domain, certificate, password, senders, users=("kok", "kantoor", "terug")):
        self.folder, self.password = folder, password
        self.port, self.imap, self.imaps = free_port(), free_port(), free_port()
        account = pwd.getpwnam("mail")[2:4]
        values = {
            "folder": folder, "sbin": SBIN, "domain": domain, "password": password, "smtp": self.port, "imap": self.imap, "imaps": self.imaps,
            "lmtp": free_port(), "auth": free_port(), "certificate": folder / "server.pem", "uid": account[0], "gid": account[1],
        }  # fmt: skip
        (folder / "server.pem").write_bytes(certificate.read_bytes())
        (folder / "senders").write_text("".join(f"{address} {name}\n" for address, name in senders.items()))
        (folder / "users").write_text("".join(f"{name}:{password}\n" for name in users))
        (folder / "main.cf").write_text(POSTFIX.format(**values))
        (folder / "master.cf").write_text(DAEMONS.format(**values))
        (folder / "dovecot.conf").write_text(DOVECOT.format(**values))
        for name in ("queue", "data", "mail"):
            (folder / name).mkdir()
        for path in folder.iterdir():  # daemons of other users come here, whatever umask an earlier test left
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.chown(folder / "data", "postfix")
        shutil.chown(folder / "mail", "mail")

    @contextlib.contextmanager
    def open(self):
        self._run("dovecot", "-c", self.folder / "dovecot.conf")
        try:
            self._run("postfix", "-c", self.folder, "start")
            try:
                yield self
            finally:
                self._run("postfix", "-c", self.folder, "stop")
        finally:
            self._run("doveadm", "-c", self.folder / "dovecot.conf", "stop")

    def _run(self, *command):
        """Their daemons may not hold our output open, or whoever reads it would wait for ever."""
        with (self.folder / "output").open("ab") as output:
            environ = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
            done = subprocess.run(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environ,
                timeout=60,
                umask=0o022,
                check=False,
            )
        assert done.returncode == 0, self._told()

    def _told(self):
        return "\n".join(
            (self.folder / name).read_text()
            for name in ("output", "postfix.log", "dovecot.log")
            if (self.folder / name).exists()
        )

    def mail_of(self, user, seconds=20):
        """The newest mail in the mailbox of this user, as soon as there is one, as the mailbox has it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with imaplib.IMAP4("127.0.0.1", self.imap) as box:
                box.login(user, self.password)
                box.select()
                if numbers := box.search(None, "ALL")[1][0].split():
                    return box.fetch(numbers[-1].decode(), "(RFC822)")[1][0][1]
            time.sleep(0.1)
        raise AssertionError(f"no mail for {user}\n{self._told()}")
