"""The doorbell: ``poslab`` and ``python -I -m poslab``."""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer a command line with its exit code: 0 as expected, 1 not, 2 bad input, 3 our own bug, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    if arguments is None:
        signal.signal(signal.SIGINT, stop)
        _open_what_is_closed()
    try:
        if given == ["--version"]:
            from poslab import __version__

            sys.stdout.write(f"poslab {__version__}\n")
            return 0
        from poslab.console.language import asked_language, without_language

        if without_language(given) in ([], ["-h"], ["--help"]):
            from poslab.console.commands import help_text

            sys.stdout.write(help_text(asked_language(given)) + "\n")
            return 0
        from poslab.console.cli import answer

        return answer(given, stopped)
    except BaseException as trouble:
        # An interrupt in the middle of an import may come out as some other exception.
        if not stopped and not isinstance(trouble, KeyboardInterrupt):
            raise
        from poslab.console.language import STOPPED, asked_language

        sys.stderr.write(f"poslab: {STOPPED.of(asked_language(given))}\n")
        return 130


def _open_what_is_closed() -> None:
    """Python has no stream where the shell has closed it (``>&-``): nobody wants to read what is written there."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


if __name__ == "__main__":
    sys.exit(main())
