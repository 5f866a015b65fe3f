#!/usr/bin/env python3
"""Spectrograms of rendered Shahed-136 clips beside real ones, for docs/rendering.md.

    cargo build --release
    python3 docs/pictures/spectrograms.py

Needs ffmpeg, numpy, matplotlib, pillow, and the recordings in $EARWITNESS_DATA (default ../shared/data). It
looks only at recordings by which the renderer may be tuned (renderer_tuning_groups.txt).
"""
import io
import os
import pathlib
import subprocess
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = pathlib.Path(os.environ.get("EARWITNESS_DATA", ROOT.parent / "shared" / "data"))
PROGRAM = os.environ.get("EARWITNESS", ROOT / "target" / "release" / "earwitness")
RATE = 16_000

# Real: path, start and length in seconds. Rendered: flags.
PICTURES = {
    "shahed-cruise": [
        ("shahed/IMG_4122.m4a", 0, 4.5),
        ["--seed", "2", "--snr", "6"],
        ("shahed/gap08.flac", 8, 12),
        ["--seed", "5", "--snr", "12"],
        ("shahed/IMG_1131.m4a", 3, 12),
        ["--seed", "8", "--snr", "12"],
    ],
    "shahed-dive": [
        ("shahed/IMG_9022.m4a", 0, 8),
        ["--phase", "dive", "--seed", "5", "--snr", "20"],
        ("shahed/gap24.flac", 17, 22),
        ["--phase", "dive", "--seed", "2", "--snr", "12"],
    ],
}


def decode(path):
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, np.float32)


def real(path, start, length):
    allowed = (DATA / "renderer_tuning_groups.txt").read_text().split()
    assert "kurin/" + pathlib.Path(path).stem in allowed, path
    return decode(DATA / path)[int(start * RATE) : int((start + length) * RATE)], f"real: {pathlib.Path(path).stem}"


def rendered(flags, seconds):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "clip.wav"
        command = [PROGRAM, "-q", "render", "shahed-136", "--duration", str(seconds), *flags, "-o", out]
        subprocess.run(command, check=True)
        return decode(out), "rendered: " + " ".join(flags)


def draw(axes, samples, title):
    noise = 1e-6 * np.random.default_rng(0).standard_normal(len(samples))
    power, hz, time = plt.mlab.specgram(samples + noise, 2048, RATE, noverlap=1536)
    level = 10 * np.log10(power)
    top = np.percentile(level[hz < 4000], 99.7)
    axes.imshow(level, origin="lower", aspect="auto", extent=[0, time[-1], 0, hz[-1]],
                cmap="magma", vmin=top - 60, vmax=top, interpolation="nearest")
    axes.set_ylim(0, 4000)
    axes.set_title(title, fontsize=8)
    axes.tick_params(labelsize=7)


def main():
    for name, clips in PICTURES.items():
        rows = len(clips) // 2
        figure, axes = plt.subplots(rows, 2, figsize=(9, 2.4 * rows), squeeze=False)
        for row in range(rows):
            (path, start, length), flags = clips[2 * row : 2 * row + 2]
            draw(axes[row][0], *real(path, start, length))
            draw(axes[row][1], *rendered(flags, length))
        for axis in axes[-1]:
            axis.set_xlabel("s", fontsize=7)
        for row in axes:
            row[0].set_ylabel("Hz", fontsize=7)
        figure.tight_layout()
        picture = io.BytesIO()
        figure.savefig(picture, dpi=72)
        plt.close(figure)
        # Few colours keep the repository small.
        few = Image.open(picture).convert("RGB").quantize(24, dither=Image.Dither.NONE)
        few.save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
