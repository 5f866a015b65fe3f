-- The tables of the database of `earwitness archive`, schema 1; views.sql has its views. What each column means stands in docs/archive.md.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
    id INTEGER PRIMARY KEY,
    model_id TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    prior TEXT NOT NULL
);

CREATE TABLE labels (
    settings INTEGER NOT NULL REFERENCES settings (id),
    label TEXT NOT NULL,
    family TEXT NOT NULL,
    class TEXT NOT NULL,
    grade TEXT NOT NULL,
    prior REAL NOT NULL,
    count_factor REAL NOT NULL DEFAULT 1,
    PRIMARY KEY (settings, label)
) WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    settings INTEGER NOT NULL REFERENCES settings (id),
    program TEXT NOT NULL,
    command TEXT NOT NULL,
    host TEXT NOT NULL,
    process INTEGER NOT NULL,
    shard TEXT NOT NULL,
    workers INTEGER NOT NULL,
    ffmpeg INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT,
    files_found INTEGER NOT NULL,
    files_todo INTEGER NOT NULL,
    bytes_todo INTEGER NOT NULL,
    files_done INTEGER NOT NULL,
    bytes_done INTEGER NOT NULL,
    files_failed INTEGER NOT NULL,
    sound_s REAL NOT NULL
);

CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    duration_s REAL NOT NULL,
    container TEXT,
    codec TEXT,
    sample_rate_hz INTEGER,
    channels INTEGER,
    decoder TEXT,
    fitness TEXT NOT NULL,
    rms_dbfs REAL,
    peak_dbfs REAL,
    clipped_fraction REAL,
    silent_fraction REAL,
    bandwidth_hz REAL
);

CREATE TABLE files (
    path TEXT PRIMARY KEY,
    path_bytes BLOB,
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    size_bytes INTEGER,
    modified_ns INTEGER,
    present INTEGER NOT NULL,
    recorded_at TEXT,
    recorded_by TEXT,
    recording INTEGER REFERENCES recordings (id)
) WITHOUT ROWID;
CREATE INDEX files_by_recording ON files (recording);

CREATE TABLE errors (
    path TEXT PRIMARY KEY REFERENCES files (path),
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    ffmpeg INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recordings (id),
    settings INTEGER NOT NULL REFERENCES settings (id),
    decision TEXT NOT NULL,
    label TEXT NOT NULL,
    family TEXT,
    phase TEXT,
    grade TEXT,
    probability REAL,
    log10_lr REAL,
    log10_lr_low REAL,
    log10_lr_high REAL,
    dive_probability REAL,
    dive_start_s REAL,
    dive_end_s REAL,
    prediction_set TEXT NOT NULL,
    heard_s REAL NOT NULL,
    statement TEXT NOT NULL,
    warnings TEXT NOT NULL,
    UNIQUE (recording, settings)
);
CREATE INDEX answers_by_label ON answers (settings, label, probability);

CREATE TABLE work (
    answer INTEGER PRIMARY KEY REFERENCES answers (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    finished_at TEXT NOT NULL,
    seconds REAL NOT NULL
);

CREATE TABLE scores (
    answer INTEGER NOT NULL REFERENCES answers (id),
    label TEXT NOT NULL,
    probability REAL NOT NULL,
    log10_lr REAL,
    log10_likelihood REAL,
    PRIMARY KEY (answer, label)
) WITHOUT ROWID;

CREATE TABLE segments (
    answer INTEGER NOT NULL REFERENCES answers (id),
    number INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    label TEXT NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (answer, number)
) WITHOUT ROWID;

CREATE TABLE events (
    answer INTEGER NOT NULL REFERENCES answers (id),
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    phase TEXT,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    segments INTEGER NOT NULL,
    peak_probability REAL NOT NULL,
    mean_probability REAL NOT NULL,
    PRIMARY KEY (answer, number)
) WITHOUT ROWID;

CREATE TABLE fingerprints (
    recording INTEGER PRIMARY KEY REFERENCES recordings (id),
    words BLOB NOT NULL
);

CREATE TABLE shared_sound (
    recording_a INTEGER NOT NULL REFERENCES recordings (id),
    recording_b INTEGER NOT NULL REFERENCES recordings (id),
    overlap_s REAL NOT NULL,
    offset_s REAL NOT NULL,
    agreement REAL NOT NULL,
    PRIMARY KEY (recording_a, recording_b)
) WITHOUT ROWID;

CREATE TABLE sound_groups (
    recording INTEGER PRIMARY KEY REFERENCES recordings (id),
    sound_group INTEGER NOT NULL
);
