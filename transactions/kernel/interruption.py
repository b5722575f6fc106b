"""Where a command may be interrupted: named points, at which a test ends the process as a power cut would.

Nothing happens unless the environment variable BIHUAN_KILL_AT names the point that is reached.
"""

import os
import signal

POINTS = (
    "transaction_begun",
    "command_begun",
    "command_handled",
    "command_recorded",
    "before_commit",
    "after_commit",
)


def reached(point: str) -> None:
    """End this process without warning (kill -9) if the point is the one that BIHUAN_KILL_AT names."""
    if os.environ.get("BIHUAN_KILL_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
