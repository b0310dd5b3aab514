"""`python -m sources.catalogue`: the check of `indicators/` that `make lint` runs."""

import sys

from sources.catalogue import check, load


def main() -> int:
    """Print every error; 1 when there is one."""
    errors = check()
    for error in errors:
        sys.stderr.write(error + "\n")
    if errors:
        sys.stderr.write(f"{len(errors)} lỗi trong indicators/ | {len(errors)} errors in indicators/\n")
        return 1
    catalogue = load()
    definitions = sum(len(indicator.definitions) for indicator in catalogue.indicators.values())
    sys.stdout.write(
        f"indicators/: {len(catalogue.indicators)} chỉ tiêu, {definitions} cách tính, {len(catalogue.measures)} số đo"
        f" | {len(catalogue.indicators)} indicators, {definitions} definitions, {len(catalogue.measures)} measures\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
