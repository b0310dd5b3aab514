"""Write `docs/dirt.md` again: `python -m tests.dirt`."""

from tests.dirt.page import PAGE, written

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(written(), encoding="utf-8")
