"""The doorbell: ``poslab`` and ``python -I -m poslab``."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer a command line with its exit code: 0 as expected, 1 not, 2 bad input, 3 our own bug, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
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

        return answer(given)
    except KeyboardInterrupt:
        sys.stderr.write("poslab: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
