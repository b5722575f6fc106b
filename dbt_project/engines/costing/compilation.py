"""How the costing kernels become machine code: compiled once, kept on disk, called like any typed function.

Machine code contains what it calls. Numba keeps it as long as the file of the function itself is unchanged; here it
is kept only as long as all files of the kernel are, so that a change in one is a change in all.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

KERNEL_FILES = ("levels.py", "outputs.py", "play.py", "pools.py", "proportion.py", "tables.py")
STAMP = hashlib.sha256(b"".join((Path(__file__).parent / name).read_bytes() for name in KERNEL_FILES)).hexdigest()


def compiled(function: F) -> F:
    """The function compiled by Numba without Python objects, so that other threads can run beside it; the machine code
    is cached beside its source file."""
    dispatcher = njit(cache=True, nogil=True)(function)
    dispatcher._cache._cache_file._source_stamp = STAMP
    return cast(F, dispatcher)


def compiled_step(function: F) -> F:
    """A compiled function that only compiled functions call: without a way in from Python it compiles much faster."""
    return cast(F, njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))
