#!/usr/bin/env python3
"""How far rendered Shahed-136 clips lie from real ones, feature by feature, for docs/rendering.md.

    cargo build --release
    python3 docs/pictures/feature_distances.py

Needs numpy, scipy and the recordings in $EARWITNESS_DATA (default ../shared/data). It reads only recordings by which
the renderer may be tuned (models/annotations/renderer-tuning-groups.txt). Distance: Kolmogorov and Smirnov's, between
segments of 2 s; every recording and every clip weighs alike. For scale, the same distance between random halves of the
real recordings, and between the real ones and other aircraft and machines.
"""
import csv
import os
import pathlib
import random
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("EARWITNESS_DATA", ROOT.parent / "shared" / "data"))
PROGRAM = os.environ.get("EARWITNESS", ROOT / "target" / "release" / "earwitness")
CLIPS = 100


def features(paths):
    listing = "\n".join(map(str, paths)) + "\n"
    out = subprocess.run([PROGRAM, "features", "-q", "--files-from", "-"], input=listing, text=True,
                         capture_output=True, check=True).stdout
    rows = list(csv.DictReader(out.splitlines()))
    names = [n for n in rows[0] if "." in n]
    values, owners = [], []
    for row in rows:
        if all(row[n] for n in names):
            values.append([float(row[n]) for n in names])
            owners.append(row["path"])
    counts = {p: owners.count(p) for p in set(owners)}
    return names, np.array(values), np.array([1 / counts[p] for p in owners]), np.array(owners)


def distance(a, wa, b, wb):
    """Kolmogorov-Smirnov distance of two weighted samples."""
    points = np.sort(np.concatenate([a, b]))

    def cdf(x, w):
        order = np.argsort(x)
        total = np.concatenate([[0], np.cumsum(w[order])]) / w.sum()
        return total[np.searchsorted(x[order], points, side="right")]

    return np.abs(cdf(a, wa) - cdf(b, wb)).max()


def main():
    tuned = {line.split("#")[0].strip() for line in open(ROOT / "models/annotations/renderer-tuning-groups.txt")}
    manifest = list(csv.DictReader(open(DATA / "manifest.csv")))
    real = [DATA / r["path"] for r in manifest if r["label"] == "shahed-136" and r["group"] in tuned]
    rng = random.Random(1)
    other = [DATA / r["path"] for r in manifest if r["label"] in ("engine", "helicopter", "aeroplane", "multirotor")]
    other = rng.sample(other, 120)
    with tempfile.TemporaryDirectory() as folder:
        clips = []
        for n in range(CLIPS):
            clip = pathlib.Path(folder) / f"{n}.wav"
            subprocess.run([PROGRAM, "render", "shahed-136", "--seed", str(n), "--duration", "8", "--snr",
                            f"{rng.uniform(0, 18):.1f}", "-o", clip, "-q"], check=True)
            clips.append(clip)
        names, r, wr, owners = features(real)
        _, c, wc, _ = features(clips)
        _, o, wo, _ = features(other)
    half = set(rng.sample(sorted(set(owners)), len(set(owners)) // 2))
    first = np.array([p in half for p in owners])
    rows = []
    for k, name in enumerate(names):
        rows.append((distance(r[:, k], wr, c[:, k], wc), distance(r[:, k], wr, o[:, k], wo),
                     distance(r[first, k], wr[first], r[~first, k], wr[~first]), name, np.median(r[:, k]), np.median(c[:, k])))
    rows.sort(reverse=True)
    print(f"{len(real)} real recordings, {CLIPS} rendered clips, {len(names)} features")
    print("| family | features | rendered | other aircraft and machines | half of the real ones |\n|---|---|---|---|---|")
    for family in sorted({n.split(".")[0] for n in names}):
        own = np.array([row[:3] for row in rows if row[3].startswith(family + ".")])
        print(f"| {family} | {len(own)} | " + " | ".join(f"{x:.2f}" for x in np.median(own, axis=0)) + " |")
    everything = np.array([row[:3] for row in rows])
    print(f"| all | {len(rows)} | " + " | ".join(f"{x:.2f}" for x in np.median(everything, axis=0)) + " |")
    print("\n| farthest | rendered | others | halves | median, real | median, rendered |\n|---|---|---|---|---|---|")
    for row in rows[:15]:
        print(f"| `{row[3]}` | {row[0]:.2f} | {row[1]:.2f} | {row[2]:.2f} | {row[4]:.3g} | {row[5]:.3g} |")


main()
