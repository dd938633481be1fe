"""`python -m local`: starts, stops and reads the local cloud. Keeps to syntax that an old Python can parse."""

import sys

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Runs one command and returns its exit code; an old Python gets one line instead of a traceback."""
    if sys.version_info < OLDEST_PYTHON:
        running = ".".join(str(part) for part in sys.version_info[:2])
        sys.stderr.write(
            f"Letterhead needs Python 3.11 or newer and this is {running}: install one, run make again.\n"
        )
        return 1
    from local.commands import run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
