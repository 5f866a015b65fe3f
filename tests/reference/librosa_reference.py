"""Makes librosa_reference.json: one frame of a chirp with noise through librosa and scipy.

Run: python tests/reference/librosa_reference.py   (needs numpy, scipy, librosa)
"""
import json
import pathlib

import librosa
import numpy as np
import scipy.fft

RATE, LENGTH = 16_000, 1024
# The same integers in Rust: a linear congruential generator, so that no file of samples is needed.
state, noise = 12345, []
for _ in range(LENGTH):
    state = (1103515245 * state + 12345) % 2**31
    noise.append(state / 2**31 - 0.5)
t = np.arange(LENGTH) / RATE
x = (0.3 * np.sin(2 * np.pi * (300 * t + 4000 * t * t)) + 0.1 * np.array(noise)).astype(np.float32)
power = np.abs(librosa.stft(x, n_fft=LENGTH, hop_length=256, center=False, dtype=np.complex128)) ** 2
magnitude = np.sqrt(power)
mel = librosa.filters.mel(sr=RATE, n_fft=LENGTH, n_mels=64, fmin=50, fmax=8000, htk=True, norm=None, dtype=np.float64) @ power
mfcc = scipy.fft.dct(np.log(mel[:, 0]), type=2, norm="ortho")[:20]
out = {
    "power": power[:64, 0].tolist(),
    "mel": mel[:, 0].tolist(),
    "mfcc": mfcc.tolist(),
    # librosa weighs by whatever it is given; earwitness weighs by power.
    "centroid_hz": float(librosa.feature.spectral_centroid(S=power, sr=RATE, n_fft=LENGTH)[0, 0]),
    "spread_hz": float(librosa.feature.spectral_bandwidth(S=power, sr=RATE, n_fft=LENGTH)[0, 0]),
    "rolloff_hz": float(librosa.feature.spectral_rolloff(S=power, sr=RATE, n_fft=LENGTH)[0, 0]),
    "flatness": float(librosa.feature.spectral_flatness(S=magnitude, n_fft=LENGTH, power=2.0)[0, 0]),
}
path = pathlib.Path(__file__).with_name("librosa_reference.json")
path.write_text(json.dumps(out, indent=1) + "\n")
