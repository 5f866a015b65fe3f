-- The database of `earwitness archive`, schema 1. What each column means stands in docs/archive.md.

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

-- Views for people. All but changed_answers speak of the settings of the latest run.

CREATE VIEW current_settings AS
SELECT CAST(value AS INTEGER) AS settings FROM meta WHERE key = 'current_settings';

CREATE VIEW answers_by_path AS
SELECT f.path, f.folder, f.name, f.recorded_at, f.recorded_by,
    r.sha256, r.size_bytes, r.duration_s, r.container, r.codec, r.sample_rate_hz, r.channels,
    r.bandwidth_hz, r.fitness,
    a.decision, a.label, a.family, a.phase, a.grade, a.probability, a.log10_lr, a.dive_probability,
    a.prediction_set, a.heard_s, a.statement, a.warnings, a.id AS answer, r.id AS recording
FROM files f
JOIN recordings r ON r.id = f.recording
JOIN answers a ON a.recording = r.id
WHERE f.present AND a.settings = (SELECT settings FROM current_settings);

CREATE VIEW detections AS
SELECT p.path, e.start_s, e.end_s, e.label, e.phase, l.class, l.grade,
    s.probability, e.peak_probability, e.mean_probability,
    p.recorded_at, p.decision AS recording_decision, p.label AS recording_label, p.statement,
    p.sha256, p.duration_s, p.bandwidth_hz, p.folder, p.name, e.answer, e.number
FROM answers_by_path p
JOIN events e ON e.answer = p.answer
JOIN scores s ON s.answer = e.answer AND s.label = e.label
JOIN labels l ON l.settings = (SELECT settings FROM current_settings) AND l.label = e.label
WHERE l.class <> 'background';

CREATE VIEW unreadable AS
SELECT e.path, e.kind, e.message, f.size_bytes
FROM errors e JOIN files f ON f.path = e.path;

CREATE VIEW summary_by_label AS
SELECT label, decision, grade, count(*) AS files, count(DISTINCT recording) AS recordings,
    sum(duration_s) / 3600.0 AS hours, sum(heard_s) / 3600.0 AS heard_hours,
    avg(probability) AS mean_probability, max(probability) AS highest_probability
FROM answers_by_path GROUP BY label, decision, grade;

CREATE VIEW reused_sound AS
SELECT g.sound_group, f.path, r.sha256, r.duration_s, f.recorded_at,
    (SELECT max(s.overlap_s) FROM shared_sound s
     WHERE s.recording_a = g.recording OR s.recording_b = g.recording) AS longest_overlap_s
FROM sound_groups g
JOIN recordings r ON r.id = g.recording
JOIN files f ON f.recording = g.recording
WHERE f.present;

CREATE VIEW changed_answers AS
SELECT f.path, o.label AS old_label, n.label AS new_label, o.decision AS old_decision,
    n.decision AS new_decision, o.probability AS old_probability, n.probability AS new_probability,
    os.model_id AS old_model, ns.model_id AS new_model, os.prior AS old_prior, ns.prior AS new_prior,
    os.model_sha256 AS old_model_sha256
FROM answers n
JOIN answers o ON o.recording = n.recording AND o.settings <> n.settings
JOIN settings ns ON ns.id = n.settings
JOIN settings os ON os.id = o.settings
JOIN files f ON f.recording = n.recording
WHERE f.present AND n.settings = (SELECT settings FROM current_settings)
    AND (o.label <> n.label OR o.decision <> n.decision);
