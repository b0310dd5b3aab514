"""Errors a person is expected to meet: each is one readable message, Vietnamese first, never a traceback."""


class LangsonError(Exception):
    """Something the reader can act on; `str(error)` is the whole message."""


class GateRefused(LangsonError):
    """The gate did not pass this very candidate; `current` stays where it is."""


class HomeBusy(LangsonError):
    """Another living process works in this home."""


class InboxUnreachable(LangsonError):
    """The inbox as a whole could not be read; nothing of it was taken."""


class NothingYet(LangsonError):
    """Nothing was ever received, so there is nothing to publish."""
