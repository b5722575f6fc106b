"""How the costing kernels become machine code: compiled once, kept on disk, called like any typed function."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function compiled by Numba without Python objects; the machine code is cached beside its source file."""
    return cast(F, njit(cache=True)(function))


def compiled_step(function: F) -> F:
    """A compiled function that only compiled functions call: without a way in from Python it compiles much faster."""
    return cast(F, njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))
