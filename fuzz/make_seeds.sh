#!/bin/sh
# Makes small valid files to start fuzzing from, with ffmpeg: corpus/container_reader,
# corpus/wav_reader, corpus/model_file and corpus/memory_file (which needs python3). All sound in them is synthetic.
# EARWITNESS, an absolute path, names the program that trains the models; without it, it is built.
set -eu
cd "$(dirname "$0")"
containers=corpus/container_reader
wavs=corpus/wav_reader
mkdir -p "$containers" "$wavs"

tone='-f lavfi -i sine=440:r=16000:d=0.12'
stereo='-f lavfi -i aevalsrc=sin(2000*t)|cos(900*t):s=44100:d=0.08'
make() {
    # shellcheck disable=SC2086 # the arguments are words
    ffmpeg -nostdin -v error -y $1 "$2" || echo "left out: $2" >&2
}

make "$tone -c:a aac -b:a 24k" $containers/aac.m4a
make "$tone -c:a aac -b:a 24k -movflags frag_keyframe+empty_moov" $containers/fragments.mp4
make "$tone -c:a aac -b:a 24k" $containers/aac.aac
make "$tone -c:a aac" $containers/aac.mkv
make "$tone -c:a libopus -b:a 12k" $containers/opus.opus
make "$tone -c:a libopus -b:a 12k" $containers/opus.webm
make "$tone -c:a libopus" $containers/opus.mp4
make "$tone -c:a libvorbis" $containers/vorbis.ogg
make "$tone -c:a libmp3lame -b:a 24k" $containers/mp3.mp3
make "$tone -c:a flac" $containers/flac.flac
make "$tone -c:a flac" $containers/flac.ogg
make "$tone -c:a alac" $containers/alac.m4a
make "$tone -c:a alac" $containers/alac.caf
make "$tone -c:a pcm_s16be" $containers/pcm.aiff
make "$tone -c:a pcm_s16le" $containers/pcm.caf
make "$tone -c:a pcm_s16le" $containers/pcm.mov
make "$stereo -c:a aac" $containers/stereo.m4a
make "$stereo -c:a libvorbis" $containers/stereo.ogg
make "$stereo -c:a libopus" $containers/stereo.opus
make "$stereo -c:a libmp3lame" $containers/stereo.mp3
make "$stereo -c:a mp2" $containers/stereo.mp2
make "$stereo -c:a flac" $containers/stereo.flac
make "$stereo -c:a ac3" $containers/ac3.mkv
make "-f lavfi -i testsrc=size=16x16:rate=5:duration=0.2 $tone -c:v mpeg4 -c:a aac" \
    $containers/video.mp4

# The WAV target takes a choice of magic, the RIFF size and the chunks.
wav() {
    make "$2" seed.wav
    {
        printf "\\$1"
        dd if=seed.wav bs=1 skip=4 count=4 2>/dev/null
        dd if=seed.wav bs=1 skip=12 2>/dev/null
    } >"$wavs/$3"
    rm -f seed.wav
}
for codec in pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_f64le pcm_alaw pcm_mulaw adpcm_ms \
    adpcm_ima_wav; do
    wav 000 "$tone -c:a $codec" $codec
done
wav 000 "$stereo -c:a pcm_s16le" stereo
wav 000 "$stereo -c:a adpcm_ima_wav" stereo_adpcm
wav 002 "$tone -c:a pcm_s16le -rf64 always" rf64

# The model target takes what stands between magic and digest, here of small ones; the memory target the same, but its
# payload inflated.
models=corpus/model_file
memories=corpus/memory_file
mkdir -p "$models" "$memories"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for hz in 90 180 610; do
    mkdir -p "$folder/recordings/tone-$hz"
    for i in 0 1 2 3 4 5; do
        f=$((hz + 7 * i))
        make "-f lavfi -i sine=$f:r=16000:d=2.2 -f lavfi -i anoisesrc=seed=$f:r=16000:a=0.2:d=2.2 -filter_complex amix" \
            "$folder/recordings/tone-$hz/$i.wav"
    done
done
# Fuzzing builds with other flags than the rest: a program that is there already need not be built again.
if [ -z "${EARWITNESS:-}" ]; then
    cargo build --release --manifest-path ../Cargo.toml
    EARWITNESS=../target/release/earwitness
fi
for learners in logistic perceptron boosting; do
    case $learners in
    logistic) settings='l2 = 1.0
max_rows = 1000' ;;
    perceptron) settings='by_kind = true
hidden = [4]
epochs = 2
weight_decay = 0.01
dropout = 0.1
input_dropout = 0.1
label_smoothing = 0.0
mixup = 0.0
networks = 2' ;;
    boosting) settings='rounds = 2
learning_rate = 0.1
max_leaves = 4
max_depth = 2
l2 = 1.0
row_share = 1.0
feature_share = 0.1' ;;
    esac
    sed '/^\[\[learners\]\]/,/^$/d; s/^folds.*/folds = 3/; s/^max_copies.*/max_copies = 0/; s/^clips.*/clips = 20/; /^learners_hear/d
        s/^rounds.*/rounds = 2/; s/^max_leaves.*/max_leaves = 4/' ../models/default.toml >"$folder/recipe.toml"
    printf '\n[[learners]]\nkind = "%s"\n%s\n' "$learners" "$settings" >>"$folder/recipe.toml"
    "$EARWITNESS" train --quiet --folders "$folder/recordings" --recipe "$folder/recipe.toml" -o "$folder/model"
    # Without rendered clips a memory is small enough to be changed all over.
    sed '/^\[rendered\]/,/^$/d; /^\[phase\]/,/^$/d' "$folder/recipe.toml" >"$folder/plain.toml"
    "$EARWITNESS" train --quiet --folders "$folder/recordings" --recipe "$folder/plain.toml" -o "$folder/plain" \
        --memory "$folder/memory"
    size=$(wc -c <"$folder/model")
    dd if="$folder/model" bs=1 skip=8 count=$((size - 40)) of="$models/$learners" 2>/dev/null
    python3 - "$folder/memory" "$memories/$learners" <<'END'
import sys, zlib
whole = open(sys.argv[1], "rb").read()
end = 16 + int.from_bytes(whole[8:16], "little")
payload = zlib.decompress(whole[end + 8 : -32], wbits=-15)
open(sys.argv[2], "wb").write(whole[8:end] + payload)
END
done
