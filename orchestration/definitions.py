"""What Dagster shows and runs: raw tables, models, tests as checks, proofs, publication, settlement; jobs and times.

Asset bodies call one tested function each. Groups follow from the folders of the dbt project. Runs stay in the process
that starts them: the build is handed from step to step, and a build file is open in one process only.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetSelection,
    AssetSpec,
    Definitions,
    Field,
    InitResourceContext,
    MaterializeResult,
    MetadataValue,
    Noneable,
    RunRequest,
    ScheduleDefinition,
    SensorEvaluationContext,
    SkipReason,
    asset,
    define_asset_job,
    in_process_executor,
    resource,
    sensor,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration import build as steps
from orchestration.administrator import first_administrator
from orchestration.dbt_run import NodeResult
from orchestration.making import Making, MakingOptions, kept_dbt, making_of_run
from orchestration.settlement import settle_published_build
from orchestration.warehouse_folder import WarehouseFolder
from orchestration.worker_signs import should_refresh_instead
from transactions import open_home
from transactions.kernel.home import home

NIGHTLY = "0 2 * * *"
RESOURCE_CONFIG = {
    "as_of": Field(Noneable(str), default_value=None, description="business date, ISO; none: today"),
    "full": Field(bool, default_value=False, description="from nothing instead of from the last good build"),
    "all_tests": Field(bool, default_value=False, description="every test and every column's checksum"),
}


class Translator(DagsterDbtTranslator):
    """Groups are the folders: staging, intermediate, engine, reports, meta; marts by area. Every source is `raw`."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey("raw")
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        folders = [part for part in dbt_resource_props["fqn"][1:-1] if part]
        return "_".join(folders[:2] if folders[:1] == ["marts"] else folders[:1]) or "models"

    def get_asset_check_spec(self, *told: Any, **named: Any) -> AssetCheckSpec | None:
        spec = super().get_asset_check_spec(*told, **named)
        # A refresh runs the structural tests only, and stops by itself when one of them is red.
        return None if spec is None else spec._replace(blocking=False)


@resource(config_schema=RESOURCE_CONFIG, description="The build that this run makes, with lock and status.")
def making(context: InitResourceContext) -> Iterator[Making]:
    config = context.resource_config
    as_of = date.fromisoformat(config["as_of"]) if config["as_of"] else None
    options = MakingOptions(as_of, config["full"], config["all_tests"], wait=True)
    with making_of_run(options) as made:
        yield made


def _step_of(context: AssetExecutionContext) -> Making:
    found = context.resources.making
    assert isinstance(found, Making)
    return found


@asset(key="raw", group_name="replication", required_resource_keys={"making"})
def raw(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads this annotation
    """Rows written since the last build, by whoever wrote them, mirrored from the system of record."""
    made = _step_of(context)
    with failing(made):
        done = steps.replicate_rows(made.build, made.engine, full=made.full, check_all=made.all_tests)
    lines = [
        f"| {table.name} | {table.changed} | {table.deleted} | {table.row_count} | {'yes' if table.reloaded else ''} |"
        for table in done.tables
    ]
    head = "| table | changed | deleted | rows | read anew |\n|---|---:|---:|---:|---|\n"
    return MaterializeResult(
        metadata={
            "build": made.build.build_id,
            "as of": made.build.as_of.isoformat(),
            "why in full": done.full or "only what changed",
            "changed rows": done.changed,
            "seconds": done.seconds,
            "peak memory in MB": done.peak_memory // 1_000_000,
            "tables": MetadataValue.md(head + "\n".join(lines)),
        },
    )


_dbt = kept_dbt(WarehouseFolder.of_home(home()).dbt)
_parsed = _dbt.manifest().writable_manifest().to_dict(omit_none=False)
_translator = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dbt_assets(
    manifest=_parsed,
    dagster_dbt_translator=_translator,
    name="models",
    exclude="resource_type:unit_test",
    required_resource_keys={"making"},
)
def models(context: AssetExecutionContext) -> Iterator[Any]:
    """Every model, then the tests: structural ones stop the build when they are red."""
    made = _step_of(context)
    with failing(made):
        built = steps.run_models(made.build, made.dbt)
    for model in built:
        rows = made.build.row_counts.get(f"{model.schema}.{model.name}")
        counted = {} if rows is None else {"dagster/row_count": rows}
        yield MaterializeResult(
            asset_key=_judged(model.unique_id).key,
            metadata={**counted, "seconds": model.seconds, "status": model.status},
        )
    stopped: Exception | None = None
    try:
        steps.run_tests(made.build, made.dbt, all_tests=made.all_tests)
    except steps.StructuralTestsFailed as red:
        stopped = made.error = red
    for test in made.build.tests:
        result = _check_result(test)
        if result is not None:
            yield result
    if stopped is not None:
        raise stopped


@cache
def _judged(unique_id: str) -> AssetSpec:
    """The asset of a model."""
    return _translator.get_asset_spec(_parsed, unique_id, None)


def _check_result(test: NodeResult) -> AssetCheckResult | None:
    """The result of a test that judges one model; tests over several show in the proofs and in the build's manifest."""
    if not test.attached_to:
        return None
    judged = _judged(test.attached_to)
    check = _translator.get_asset_check_spec(judged, _parsed, test.unique_id, None)
    if check is None:
        return None
    return AssetCheckResult(
        passed=not test.is_red,
        asset_key=judged.key,
        check_name=check.name,
        severity=AssetCheckSeverity.ERROR if test.is_gate else AssetCheckSeverity.WARN,
        metadata={"failing rows": test.failures, "seconds": test.seconds, "stops the build": test.is_gate},
    )


@asset(
    group_name="publication",
    deps=[models],
    check_specs=[AssetCheckSpec("all_proofs_hold", asset="proofs")],
    required_resource_keys={"making"},
)
def proofs(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads this annotation
    """Books against goods: stamped into the build, never stopping it."""
    made = _step_of(context)
    with failing(made):
        taken = steps.take_proofs(made.build)
    broken = [f"{proof.check_name} ({proof.scope})" for proof in taken if not proof.holds]
    return MaterializeResult(
        metadata={"proofs": len(taken), "do not hold": len(broken), "which": ", ".join(broken[:50]) or "none"},
        check_results=[
            AssetCheckResult(
                check_name="all_proofs_hold",
                passed=not broken,
                severity=AssetCheckSeverity.WARN,
                metadata={"which": ", ".join(broken[:50]) or "none"},
            )
        ],
    )


@asset(group_name="publication", deps=[proofs], required_resource_keys={"making"})
def published_build(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads this annotation
    """The three editions, written fresh; then the pointer is switched."""
    made = _step_of(context)
    with failing(made):
        made.manifest = steps.publish(made.build, made.dbt)
    sizes = {f"MB of {edition.name}": round(edition.bytes / 1e6, 1) for edition in made.build.editions}
    seconds = {f"seconds of {step}": seconds for step, seconds in made.build.seconds.items()}
    return MaterializeResult(metadata={"build": made.build.build_id, **sizes, **seconds})


@asset(group_name="settlement", deps=[published_build])
def cost_settlement() -> MaterializeResult:  # type: ignore[type-arg]  # Dagster reads this annotation
    """The pending cost rows of the published build, posted as journal entries through the door."""
    door = open_home()
    answers = settle_published_build(home(), door, first_administrator(door.engine))
    entries = [number for answer in answers for number in answer["entries"]]
    return MaterializeResult(
        metadata={
            "companies": len(answers),
            "rows": sum(a["row_count"] for a in answers),
            "entries": ", ".join(entries),
        }
    )


class failing:
    """Notes on the build why a step failed."""

    def __init__(self, made: Making) -> None:
        self.made = made

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _where: object) -> None:
        if isinstance(error, Exception):
            self.made.error = error


made = AssetSelection.assets(raw, models, proofs, published_build)
structural = [
    check.key
    for test in _parsed["nodes"].values()
    if test["resource_type"] == "test" and "gate" in test["tags"] and test.get("attached_node")
    for check in [_translator.get_asset_check_spec(_judged(test["attached_node"]), _parsed, test["unique_id"], None)]
    if check is not None
]
refreshed = made.without_checks() | AssetSelection.checks(
    *structural, AssetCheckKey(AssetKey("proofs"), "all_proofs_hold")
)
refresh_job = define_asset_job(
    "refresh", refreshed, executor_def=in_process_executor, description="A new build, published."
)
settle_job = define_asset_job(
    "settle",
    AssetSelection.assets(cost_settlement),
    executor_def=in_process_executor,
    description="The pending cost rows of the published build, posted.",
)
nightly_job = define_asset_job(
    "nightly",
    made | AssetSelection.assets(cost_settlement),
    executor_def=in_process_executor,
    config={"resources": {"making": {"config": {"all_tests": True}}}},
    description="A new build with every test and checksum; then the settlement of the day.",
)
nightly = ScheduleDefinition(job=nightly_job, cron_schedule=NIGHTLY)


@sensor(job=refresh_job, minimum_interval_seconds=30, description="Refreshes while no worker does.")
def changed_rows(_context: SensorEvaluationContext) -> RunRequest | SkipReason:
    reason = should_refresh_instead(home(), _dbt)
    return RunRequest() if reason is None else SkipReason(reason)


defs = Definitions(
    assets=[raw, models, proofs, published_build, cost_settlement],
    jobs=[refresh_job, settle_job, nightly_job],
    schedules=[nightly],
    sensors=[changed_rows],
    resources={"making": making},
)
