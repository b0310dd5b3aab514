"""Write `docs/transports.md` again: `python -m tests.moods`."""

from tests.moods.page import PAGE, written

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(written(), encoding="utf-8")
