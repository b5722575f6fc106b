"""The table of figures, one line each, as they stand: no line is hidden because it misses its promise."""

from __future__ import annotations

from tests.bench.figure import Figure, Measured, median

COLUMNS = (
    ("figure", 34),
    ("measured", 18),
    ("promise", 30),
    ("kept", 5),
    ("to raw", 7),
    ("rows", 10),
    ("seconds median (min – max)", 27),
    ("memory", 8),
    ("raw limit; parts", 0),
)


def header() -> str:
    names = " ".join(name.ljust(width) for name, width in COLUMNS).rstrip()
    return f"{names}\n{' '.join('-' * max(width, len(name)) for name, width in COLUMNS)}"


def line(figure: Figure, measured: Measured, *, judged: bool) -> str:
    """One line; without judgement (quick runs are too small for it) the column kept says –."""
    ratio = figure.ratio(measured)
    kept = ("yes" if figure.is_kept(measured) else "NO") if judged else "–"
    seconds = measured.seconds
    notes = []
    if measured.raw is not None:
        notes.append(f"{measured.raw_name} {number(measured.raw)} {figure.unit}")
    notes += [f"{name} {text}" for name, text in measured.parts.items()]
    return _line(
        figure.what,
        f"{number(measured.value)} {figure.unit}",
        figure.promise.text(figure.unit),
        kept,
        "–" if ratio is None else f"{ratio:.2f}",
        f"{measured.rows:,}",
        f"{median(seconds):.2f} ({min(seconds):.2f} – {max(seconds):.2f})" if seconds else "–",
        f"{measured.memory:,.0f} MB",
        "; ".join(notes),
    )


def failed(figure: Figure, reason: str) -> str:
    return _line(figure.what, "failed", figure.promise.text(figure.unit), "NO", "–", "–", "–", "–", reason)


def _line(*cells: str) -> str:
    return " ".join(cell.ljust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True)).rstrip()


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
