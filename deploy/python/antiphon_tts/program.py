"""The command `antiphon`: becomes the program that lies in this package."""
import os
import pathlib
import sys
from typing import NoReturn

PROGRAM = pathlib.Path(__file__).resolve().parent / "program/bin/antiphon"


def main() -> NoReturn:
    """Replaces this process by the program, with the same arguments."""
    os.execv(PROGRAM, [str(PROGRAM), *sys.argv[1:]])
