"""Dagster's home inside Bihuan's home: the persistent instance in which every refresh is a run.

Telemetry is off; runs, events and schedules lie in SQLite files below BIHUAN_HOME/dagster.
"""

from pathlib import Path

INSTANCE = """\
telemetry:
  enabled: false
event_log_storage:
  module: orchestration.run_record
  class: QuickEventLog
  config:
    base_dir: {folder}/history
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
run_monitoring:
  enabled: false
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days:
      skipped: 1
      failure: 7
      success: 7
"""


def dagster_home(home: Path) -> Path:
    """The instance's folder, made ready for use."""
    folder = home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    wanted = INSTANCE.format(folder=folder)
    if not settings.exists() or settings.read_text(encoding="utf-8") != wanted:
        settings.write_text(wanted, encoding="utf-8")
    return folder


def prepared_environment(home: Path) -> dict[str, str]:
    """Environment variables of every process that runs or shows refreshes."""
    return {
        "BIHUAN_HOME": str(home),
        "DAGSTER_HOME": str(dagster_home(home)),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
