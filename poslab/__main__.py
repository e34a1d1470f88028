"""The doorbell: ``poslab`` and ``python -I -m poslab``."""

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
    try:
        if given == ["--version"]:
            from poslab import __version__

            sys.stdout.write(f"poslab {__version__}\n")
            return 0
        if given in ([], ["-h"], ["--help"]):
            from poslab.console.commands import help_text
            from poslab.console.language import default_language

            sys.stdout.write(help_text(default_language()) + "\n")
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


if __name__ == "__main__":
    sys.exit(main())
