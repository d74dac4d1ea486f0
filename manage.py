#!/usr/bin/env python3
"""Door for operators: `manage.py help` lists what can be done."""

import os
import sys

from django.core.management import execute_from_command_line

READER_WENT = 141  # what a shell says of a program whose reader has gone: `manage.py rank … | head`


def main() -> None:
    try:
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        if not is_reader_gone():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end
        sys.exit(READER_WENT)


def is_reader_gone() -> bool:
    """Whether our own output is what broke, and not some connection of a command."""
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except BrokenPipeError:
        return True
    return False


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
