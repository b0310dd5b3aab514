"""E-invoices and tax register: what is true of the province's enterprises, and the files the tax authority hands over.

`build`, `truth` and `write` of the source; the entities live in `enterprises` and `invoices`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.enterprises import ACTIVE, Enterprise, build_enterprises
from sandbox.frame import PROVINCE, Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock
from sandbox.invoices import Invoices, build_invoices


@dataclass
class EInvoices:
    """All taxpayers with their messages, and all invoices."""

    enterprises: list[Enterprise]
    invoices: Invoices


def build(world: World) -> EInvoices:
    """Taxpayers and their invoices."""
    enterprises = build_enterprises(world)
    return EInvoices(enterprises, build_invoices(world, enterprises))


def is_counted(enterprise: Enterprise, day: date, reached: bool) -> bool:
    """Whether it is an active enterprise of the province on a day: type DN, no branch, of a local tax office."""
    return (
        enterprise.kind == "DN"
        and len(enterprise.code) == 10
        and enterprise.is_local
        and enterprise.granted <= day
        and enterprise.state(day) == ACTIVE
        and not (reached and enterprise.lost)
    )


def register_days(world: World) -> list[date]:
    """Closing days of the tax register: the end of the year before the last, and each month of the last year."""
    last = world.settings.last.year
    return [month_end(month) for month in world.months() if month >= date(last - 1, 12, 1)]


def truth(entities: EInvoices, world: World, reached: bool) -> list[MeasureValue]:
    """States at the end of every month that has a tax register."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    accepted = {enterprise.code: enterprise.accepted_on(reached) for enterprise in entities.enterprises}
    issued = entities.invoices.first_valid(reached)
    for day in register_days(world):
        month = day.replace(day=1)
        active = {each.code: each.district for each in entities.enterprises if is_counted(each, day, reached)}
        registered = {code[:10] for code, when in accepted.items() if when is not None and when <= day}
        for code, district in active.items():
            place = ("place", district, month)
            counts["enterprises_active"][place] += 1
            counts["enterprises_registered_for_e_invoices"][place] += code in registered
            counts["enterprises_issuing_e_invoices"][place] += issued.get(code, day.toordinal() + 1) <= day.toordinal()
        unmatched = len(registered - active.keys())
        counts["e_invoice_registrations_unmatched"]["place", PROVINCE, month] = unmatched
    return [row for measure, values in sorted(counts.items()) for row in roll_up_stock(world, measure, values)]


def write(entities: EInvoices, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Tax registers, registration messages and invoices, in the formats of the real systems."""
    from sandbox.enterprise_files import write_registers, write_registrations
    from sandbox.invoice_files import InvoiceFiles

    return [
        *write_registers(entities.enterprises, register_days(world), world, inbox, tally),
        *write_registrations(entities.enterprises, world, inbox, tally),
        *InvoiceFiles(entities.invoices, world, inbox, tally).write_all(),
    ]
