-- The views of the database, for people. All but changed_answers speak of the settings of the latest run, and all of files that
-- were there when last looked for. They are made anew in databases that have others: each statement is one view.

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
FROM errors e JOIN files f ON f.path = e.path
WHERE f.present AND NOT EXISTS (SELECT 1 FROM answers a
    WHERE a.recording = f.recording AND a.settings = (SELECT settings FROM current_settings));

CREATE VIEW summary_by_label AS
SELECT label, decision, grade, count(*) AS files, count(DISTINCT recording) AS recordings,
    sum(duration_s) / 3600.0 AS hours, sum(heard_s) / 3600.0 AS heard_hours,
    avg(probability) AS mean_probability, max(probability) AS highest_probability
FROM answers_by_path GROUP BY label, decision, grade;

CREATE VIEW reused_sound AS
SELECT g.sound_group, f.path, r.sha256, r.duration_s, f.recorded_at, o.longest_overlap_s
FROM sound_groups g
JOIN recordings r ON r.id = g.recording
JOIN files f ON f.recording = g.recording
LEFT JOIN (SELECT recording, max(overlap_s) AS longest_overlap_s
    FROM (SELECT recording_a AS recording, overlap_s FROM shared_sound
        UNION ALL SELECT recording_b, overlap_s FROM shared_sound)
    GROUP BY recording) o ON o.recording = g.recording
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
