"""`python -m tests.bench.plot RESULTS PNG`: each figure as a part of its bound. It runs where matplotlib is."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(results: Path, picture: Path) -> None:
    """Draw the bars, the worst on top."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = [row for row in json.loads(results.read_text())["results"] if row["bound"]]
    parts = sorted(
        (row["figure"] / (row["floor"] or 1) / row["bound"], f"{row['bench']}: {row['case']}") for row in rows
    )
    figure, axes = plt.subplots(figsize=(9, 0.24 * len(parts) + 1), layout="constrained")
    colours = ["#b3401f" if part > 1 else "#2f6f8f" for part, _ in parts]
    axes.barh([name for _, name in parts], [part for part, _ in parts], color=colours, height=0.7)
    axes.margins(y=0.01)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("part of the bound (1: all of it)")
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
