#!/usr/bin/env python3
"""How far signatures are heard, for README.md: detection against SNR, and the distances that follow.

    earwitness evaluate --manifest MANIFEST --protocol grouped,audibility --format json > evaluation.json
    python3 docs/pictures/audibility.py evaluation.json

Needs matplotlib.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
# Okabe and Ito's colours, told apart by the colour-blind; dives are dashed.
COLOURS = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00"]
MARKERS = "osD^v<>"


def main():
    rows = json.load(open(sys.argv[1]))["audibility"]
    labels = sorted({row["label"] for row in rows})
    style = {label: (COLOURS[i % 7], MARKERS[i % 7]) for i, label in enumerate(labels)}
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), width_ratios=(1, 1.15))
    for row in rows:
        colour, marker = style[row["label"]]
        dash = "--" if row["phase"] == "dive" else "-"
        name = f"{row['label']}/{row['phase']}"
        snr, share = zip(*((x, s["share"]) for x, s in row["detected"]))
        left.plot(snr, share, dash, color=colour, marker=marker, ms=4, label=name)
    left.axhline(0.5, color="0.6", lw=0.8)
    left.set(xlabel="SNR over the whole band, dB", ylabel="answered as a munition or military drone", ylim=(-0.02, 1.02))
    left.legend(fontsize=7, loc="upper left")

    heard = [row for row in rows if row["half_at_snr_db"] is not None]
    names = [f"{row['label']}/{row['phase']}" for row in heard]
    for place, row in enumerate(heard):
        for step, (ambient, (near, far)) in enumerate(row["half_at_m"]):
            y = place + 0.25 * (1 - step)
            shade = ["0.15", "0.45", "0.7"][step]
            right.plot([near, far], [y, y], color=shade, lw=5, solid_capstyle="butt",
                       label=f"{ambient:.0f} dB around" if place == 0 else None)
    right.set_xscale("log")
    right.set_yticks(range(len(names)), names, fontsize=8)
    right.invert_yaxis()
    right.grid(axis="x", lw=0.4)
    right.set(xlabel="slant range at which half are answered, m", title="from the quietest to the loudest tenth of presumed source levels")
    right.title.set_fontsize(8)
    if heard:
        right.legend(fontsize=7)
    unheard = [f"{row['label']}/{row['phase']}" for row in rows if row["half_at_snr_db"] is None]
    if unheard:
        figure.text(0.99, 0.005, "less than half at every SNR tried: " + ", ".join(unheard), ha="right", fontsize=7)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    figure.savefig(HERE / "audibility.png", dpi=110)


main()
