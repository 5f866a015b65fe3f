"""Times librosa on one thread: load, load + log-mel + MFCC. librosa_features.py [WAV] [RUNS]"""

import os

# Before numpy is loaded: it asks once.
for name in ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "NUMBA_NUM", "VECLIB_MAXIMUM"):
    os.environ[name + "_THREADS"] = "1"

import resource
import sys
import tempfile
import time

import librosa
import numpy as np
import soundfile

RATE, LENGTH, HOP = 16_000, 1024, 256


def make_wav(path):
    """Ten minutes of a gliding comb in noise, as in benches/speed/sound.rs."""
    t = np.arange(600 * RATE) / RATE
    phase = np.cumsum(110 + 20 * np.sin(2 * np.pi * t / 60)) / RATE
    comb = sum(np.sin(2 * np.pi * h * phase) for h in range(1, 9))
    level = 0.5 + 0.5 * np.sin(2 * np.pi * t / 30)
    noise = np.random.default_rng(1).uniform(-1500, 1500, len(t))
    samples = 900 * level * comb + noise
    soundfile.write(path, samples.astype(np.int16), RATE, subtype="PCM_16")


def load(path):
    return librosa.load(path, sr=None)[0]


def features(path):
    spectrum = librosa.stft(load(path), n_fft=LENGTH, hop_length=HOP, center=False)
    mel = librosa.feature.melspectrogram(
        S=np.abs(spectrum) ** 2, sr=RATE, n_mels=64, fmin=50, fmax=8000, htk=True, norm=None
    )
    log_mel = librosa.power_to_db(mel, top_db=None)
    return librosa.feature.mfcc(S=log_mel, n_mfcc=20)


def best_seconds(stage, path, runs):
    stage(path)  # The first run compiles and fills caches.
    times = []
    for _ in range(runs):
        start = time.thread_time()
        stage(path)
        times.append(time.thread_time() - start)
    return min(times)


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory() as folder:
        path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(folder, "ten-minutes.wav")
        if len(sys.argv) < 2:
            make_wav(path)
        length = soundfile.info(path).duration
        for name, stage in (("load", load), ("load + log-mel + MFCC", features)):
            seconds = best_seconds(stage, path, runs)
            print(f"librosa {name:<24} {seconds:8.4f} s  {length / seconds:7.0f} x real time")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


main()
