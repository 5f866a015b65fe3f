#!/usr/bin/env bash
# Makes the recordings of this folder and their truth files again: the same bytes on the same kind of machine.
# Every seed is the number of the sample, whatever comes of it; the geometry brings the aircraft near, and dives to
# their end, within ten seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --release --quiet
cargo run --release --quiet --example make_samples samples

seed=0
render() {
    local file=samples/$1.wav
    shift
    seed=$((seed + 1))
    target/release/earwitness render "$@" --seed "$seed" --snr 15 --duration 10 -o "$file" --quiet
}
render harop-cruise harop --altitude 300 --offset 200
render harop-dive harop --phase dive --altitude 600 --offset 250 --dive-angle 60 --speed 400
render hermes-450-cruise hermes-450 --altitude 300 --offset 200
render orbiter-1k-cruise orbiter-1k --altitude 150 --offset 100
render orbiter-1k-dive orbiter-1k --phase dive --altitude 350 --offset 150 --dive-angle 60
render orbiter-2-cruise orbiter-2 --altitude 150 --offset 100
render orbiter-3-cruise orbiter-3 --altitude 150 --offset 100
render bayraktar-tb2-cruise bayraktar-tb2 --altitude 300 --offset 200
render shahed-136-cruise shahed-136 --altitude 300 --offset 200
render shahed-136-dive shahed-136 --phase dive --altitude 550 --offset 250 --dive-angle 60
