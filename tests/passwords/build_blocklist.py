"""Write portal/passwords/blocklist.bin from plain text lists, one entry a line.

    python tests/passwords/build_blocklist.py OUT --words LIST... --passwords LIST...

Words count from three characters: a password that is only such a word with digits around it is refused.
Passwords count from eight, and are left out where a word of the list refuses them already.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from portal.passwords import rules


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=Path, nargs="+", default=[])
    parser.add_argument("--passwords", type=Path, nargs="+", default=[])
    chosen = parser.parse_args()
    words = {word for word in entries(chosen.words) if len(word) >= 3 and not word.isdigit()}
    passwords = {word for word in entries(chosen.passwords) if len(word) >= 8 and is_news(word, words)}
    hashes = sorted({rules.blocklist_hash(word) for word in words | passwords})
    chosen.out.write_bytes(b"".join(hashes))
    print(f"{len(words)} words, of which {sum(len(word) >= 8 for word in words)} of eight or more;")
    print(f"{len(passwords)} passwords; {len(hashes)} hashes in {chosen.out.stat().st_size} bytes")


def entries(lists: list[Path]) -> Iterator[str]:
    """Each line in the form that is compared: small letters, no accents, no punctuation."""
    for path in lists:
        for line in path.read_text("utf-8", errors="ignore").splitlines():
            if not line.startswith("# "):
                yield rules._squeezed(rules._folded(line))


def is_news(password: str, words: set[str]) -> bool:
    """Not refused already as a known word in disguise, or as a pattern."""
    return not rules._is_a_pattern(password) and not rules._readings(password) & words


if __name__ == "__main__":
    main()
