"""The page about moods is what the catalogue of moods writes, and every mood on it is shown by a test."""

import pytest

from tests.moods.catalogue import Transport
from tests.moods.page import PAGE, ROOT, transports, written


def test_the_page_about_moods_is_what_the_catalogue_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "write it again: python -m tests.moods"


@pytest.mark.parametrize("transport", transports(), ids=lambda transport: transport.en)
def test_every_transport_has_moods_of_different_codes_and_a_test_that_shows_them(transport: Transport) -> None:
    codes = [mood.code for mood in transport.moods]
    assert codes and len(codes) == len(set(codes))
    file, name = transport.test.split("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
