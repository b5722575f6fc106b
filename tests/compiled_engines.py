"""Compiles the machine code of the engines, which numba keeps beside their files: `python -m tests.compiled_engines`.

In a fresh clone nothing is compiled yet, and the test workers would do so at the same time, each on its own.
`make test` runs this beside the checks of the code, which leave one core free.
"""

import tempfile
from datetime import date
from pathlib import Path

from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.scenarios.story import commands_of, tell
from transactions import make_home


def main() -> None:
    """One refresh of a small company goes through costing, planning and scheduling."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        door, _password = make_home(url=f"sqlite:///{home / 'bihuan.sqlite'}")
        tell(door, commands_of("whole_chain"))
        refresh(home, door.engine, as_of=date(2026, 3, 2), dbt=DbtRun(home / "dbt"))
        door.engine.dispose()


if __name__ == "__main__":
    main()
