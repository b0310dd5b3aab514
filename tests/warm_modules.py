"""Imported by the process that commands are forked from (`tests.warm`): importing this is loading them all."""

from tests.warm import load

load()
