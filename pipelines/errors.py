"""Errors a person is expected to meet: each is one readable message, Vietnamese first, never a traceback."""


class LangsonError(Exception):
    """Something the reader can act on; `str(error)` is the whole message."""


class GateRefused(LangsonError):
    """The gate did not pass this very candidate; `current` stays where it is."""
