"""What our commands share: one line a mistake on stderr, exit 2, and one JSON document on stdout."""

import argparse
import json
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser


class OneLineParser(CommandParser):
    """Tells a wrong argument in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        if self.called_from_command_line:
            self.exit(2, f"{self.prog}: {message}\n")
        raise CommandError(message, returncode=2)


class PlainCommand(BaseCommand):
    """A command whose mistakes are told in plain lines."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = OneLineParser
        return parser

    def fail(self, *lines: str) -> NoReturn:
        """End with exit 2 and these lines on stderr, each what and where."""
        for line in lines:
            self.stderr.write(" ".join(line.split()), style_func=str)
        raise SystemExit(2)

    def print_json(self, document: Any) -> None:
        """One JSON document on stdout."""
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))


def subcommands(parser: argparse.ArgumentParser, name: str) -> Any:
    """A place for subcommands of a command, whose mistakes are told in one line too."""
    return parser.add_subparsers(
        dest=name,
        required=True,
        metavar=name,
        parser_class=OneLineParser,
    )
