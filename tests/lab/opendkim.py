"""OpenDKIM as a second opinion about signatures."""

import re
import subprocess


def opinions(folder, contents, records):
    """Per mail what OpenDKIM says of each signature: "pass", or "fail" and the like. records: {name: TXT value}."""
    (folder / "keys").write_text("".join(f"{name} {value}\n" for name, value in records.items()))
    (folder / "conf").write_text(f"Mode v\nTestPublicKeys {folder}/keys\nSyslog no\nAlwaysAddARHeader yes\n")
    found = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.eml"
        path.write_bytes(content)
        command = ["opendkim", "-x", folder / "conf", "-t", path, "-v", "-v"]
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60
        )
        found.append(re.findall(r"^\s*dkim=(\w+)", said.stdout, re.M))
    return found
