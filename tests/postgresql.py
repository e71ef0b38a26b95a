"""A private PostgreSQL on this machine, for as long as the tests run. The portal logs in as the owner, no superuser."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def binaries():
    """The folder of PostgreSQL's programs (15 or newer), or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found and int(found[-1].parts[-3]) >= 15 else None


@contextlib.contextmanager
def server():
    """Gives a function that turns a database name into its URI; every new name is a new, empty database."""
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    as_postgres = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_postgres = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    run = {"check": True, "cwd": folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **as_postgres}
    bin_, data = binaries(), folder / "data"
    subprocess.run([bin_ / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"], **run)
    careless = (
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"  # it lives for minutes
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=200 {careless}"
    subprocess.run(
        [bin_ / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"],
        stderr=subprocess.DEVNULL, **run,
    )  # fmt: skip

    def sql(command):
        psql = [bin_ / "psql", "-h", folder, "-U", "postgres", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1"]
        subprocess.run([*psql, "-c", command], **run)

    def database(name):
        sql(f"CREATE DATABASE {name} OWNER portal")
        return f"postgresql+psycopg://portal@/{name}?host={folder}"

    try:
        sql("CREATE ROLE portal LOGIN")
        yield database
    finally:
        subprocess.run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"], stderr=subprocess.DEVNULL, **run)
        shutil.rmtree(folder, ignore_errors=True)
