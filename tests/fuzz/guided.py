"""Let libFuzzer guide the inputs: ``python -m tests.fuzz.guided TARGET FOLDER [-runs=N] [libFuzzer's options]``.

Needs atheris from the package index, which the tests do without. FOLDER keeps the corpus; what crashes is written
beside it, and ``python -m tests.fuzz TARGET --repeat FILE`` shows it again.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path


def main(name: str, folder: str, *options: str) -> None:
    """Fuzz one target until it crashes, is stopped or has had its runs."""
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed here: pip install atheris, then try again.")
    # What is measured has to be instrumented while it is imported.
    with atheris.instrument_imports(include=["server"]):
        targets = import_module("tests.fuzz.targets")
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(import_module("tests.fuzz.mutation").seeds(name)):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    with tempfile.TemporaryDirectory() as place, targets.opened_targets(Path(place)) as opened:
        arguments = [sys.argv[0], "-max_len=4096", f"-artifact_prefix={folder}-", *options, str(corpus)]
        atheris.Setup(arguments, opened.named()[name])
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
