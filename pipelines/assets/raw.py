"""Raw assets: one per dataset and month, all from one factory over the contracts.

A raw asset never raises for a bad delivery: its outcome is data, and a check that does not block.
"""

import os
from collections.abc import Iterator
from datetime import date
from functools import cache

import dagster as dg
from sources.contract import Dataset, SourceContract
from sources.door.receipts import Receipt, read_receipts
from sources.registry import contracts

from pipelines.home import ROOT, Home
from pipelines.resources import HomeResource

INTAKE_DONE = "langson/intake"
"""A run with this tag took its deliveries in before it started."""
WAIT_SECONDS = 600
"""How long a run from the web UI waits for whoever takes deliveries in."""


def raw_key(source_code: str, dataset: str) -> dg.AssetKey:
    """The asset of one dataset in the landing."""
    return dg.AssetKey(["landing", source_code, dataset])


def team(name: str) -> str:
    """An office as an owner Dagster accepts."""
    return "team:" + "".join(letter if letter.isalnum() else "_" for letter in name)


@cache
def months() -> dg.MonthlyPartitionsDefinition:
    """Months from the earliest window any contract allows, without an end: one run may hold every dataset."""
    earliest = min(date.fromisoformat(contract.earliest) for contract in contracts().values())
    # The month that runs is a partition too: a snapshot of today belongs to it.
    return dg.MonthlyPartitionsDefinition(start_date=f"{earliest:%Y-%m}", fmt="%Y-%m", end_offset=1)


def receipts_in(home: Home, source_code: str, dataset: str, wanted: set[str] | None) -> list[Receipt]:
    """The receipts of one dataset whose window touches one of the months (all of them when none is named)."""
    from pipelines.intake import months_of

    return [
        receipt
        for receipt in read_receipts(home.root)
        if (receipt.source_code, receipt.dataset) == (source_code, dataset)
        and (wanted is None or wanted & months_of([receipt]).get((source_code, dataset), set()))
    ]


def counts(receipts: list[Receipt]) -> dict[str, dg.MetadataValue]:
    """What the web UI shows of a materialisation."""
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(receipt.rows_landed for receipt in receipts)),
        "deliveries": dg.MetadataValue.int(len(receipts)),
        "refused": dg.MetadataValue.int(sum(receipt.outcome == "refused" for receipt in receipts)),
        "rows_read": dg.MetadataValue.int(sum(receipt.rows_read for receipt in receipts)),
        "rows_rejected": dg.MetadataValue.int(sum(receipt.rows_rejected for receipt in receipts)),
        "rows_excluded": dg.MetadataValue.int(sum(receipt.rows_excluded for receipt in receipts)),
    }


def raw_asset(contract: SourceContract, name: str, dataset: Dataset) -> dg.AssetsDefinition:
    """The asset of one dataset, with the check that lists its refused deliveries."""
    key = raw_key(contract.code, name)
    file = ROOT / "sources" / contract.code / "source.yml"

    @dg.asset(
        key=key,
        group_name=contract.code,
        partitions_def=months(),
        backfill_policy=dg.BackfillPolicy.single_run(),
        owners=[team(contract.owner)],
        kinds={"parquet"},
        tags={"source": contract.number},
        description=f"{dataset.label.vi} ({contract.label.vi}) | {dataset.label.en} ({contract.label.en})",
        metadata={
            "source": f"{contract.number} {contract.label.vi}",
            "owner": contract.owner,
            "contract": dg.MetadataValue.path(str(file.relative_to(ROOT))),
            "kind": dataset.kind,
            "cadence": dataset.cadence,
            "grace": dataset.grace,
        },
        check_specs=[
            dg.AssetCheckSpec(
                "deliveries_accepted",
                asset=key,
                blocking=False,
                description="Lượt nhận nào bị từ chối và vì sao | Which deliveries were refused, and why",
            )
        ],
    )
    def landed(
        context: dg.AssetExecutionContext, home: HomeResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        place = home.get()
        if INTAKE_DONE not in context.run.tags:
            _take_in(place, contract.code)
        wanted = set(context.partition_keys) if context.has_partition_key_range or context.has_partition_key else None
        receipts = receipts_in(place, contract.code, name, wanted)
        yield dg.MaterializeResult(asset_key=key, metadata=counts(receipts))
        refused = [receipt for receipt in receipts if receipt.outcome == "refused"]
        yield dg.AssetCheckResult(
            passed=not refused,
            check_name="deliveries_accepted",
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "reason": "; ".join(f"{receipt.file_name}: {receipt.reason}" for receipt in refused)
                or "không lượt nào bị từ chối | no delivery was refused"
            },
        )

    return landed


def _take_in(home: Home, source_code: str) -> None:
    """From the web UI: what the source left in the inbox, and what is fetched of it. The landing has one writer."""
    from pipelines.holders import sole_use
    from pipelines.intake import take_in

    own = home.inbox if (home.inbox / "manifest.json").exists() else None
    with sole_use(home, "Dagster", WAIT_SECONDS):
        take_in(home, own or os.environ.get("LANGSON_INBOX") or None, source_code)


def raw_assets() -> list[dg.AssetsDefinition]:
    """One asset for every dataset of every contract."""
    return [
        raw_asset(contract, name, dataset)
        for contract in contracts().values()
        for name, dataset in contract.datasets.items()
    ]
