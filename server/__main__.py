"""The program ``perch``: hears Ctrl-C from its first moment on, then hands over to the command line.

Belongs here: what has to be settled before anything heavy is imported. Must not know: any command.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends the process without a word."""
    heard = signal.getsignal(signal.SIGINT)
    # A host that told its child to hear nothing, or something else, has its way.
    is_pythons = heard is signal.default_int_handler
    if is_pythons:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from server.cli import main as command_line  # noqa: PLC0415 -- a quarter of a second, in which Ctrl-C may come

    if is_pythons:
        signal.signal(signal.SIGINT, heard)
    command_line(prog_name="perch")


if __name__ == "__main__":
    main()
