//! How the probabilities of each label are distributed, and how many recordings of it to expect.

use std::collections::HashMap;

use rusqlite::{params_from_iter, Row};

use super::findings::{Expected, Histogram, BINS};
use super::overview::{Question, ANSWERS};
use crate::archive::store::{COUNT_FACTOR, LOG10_LIKELIHOOD};
use crate::archive::ArchiveError;
use crate::model::prevalence::{estimate, weighted, Posterior, LEAST};
use crate::model::prior::Prior;

/// The smallest share of a label beforehand under which four digits of its probability say whether the sound speaks for it.
const LEAST_SHARE: f64 = 1e-3;

/// A label of the present settings.
struct Label {
    label: String,
    family: String,
    class: String,
    grade: String,
    /// Its share in the prior of the answers.
    prior: f64,
    count_factor: f64,
}

/// What the answers about one recording say of each label, apart from any prior.
struct Heard {
    /// Proportional to the likelihoods.
    likelihoods: Vec<f64>,
    /// Whether they come from rounded probabilities, as in databases of an earlier make.
    is_rounded: bool,
    group: usize,
}

impl Question<'_> {
    /// Distribution of each label's probability, and how many recordings of it to expect: none of that where answers of an
    /// earlier make keep nothing but rounded probabilities under a prior that leaves a label less than [`LEAST_SHARE`].
    pub(super) fn labels(&self) -> Result<(Vec<Histogram>, Vec<Expected>), ArchiveError> {
        let labels = self.known_labels()?;
        let mut histograms: Vec<Histogram> = labels
            .iter()
            .map(|l| Histogram {
                label: l.label.clone(),
                grade: l.grade.clone(),
                recordings: [0; BINS],
                answered: 0,
            })
            .collect();
        let heard = self.heard(&labels, &mut histograms)?;
        let taxonomy: Vec<(&str, &str, &str)> = labels
            .iter()
            .map(|l| (l.label.as_str(), l.family.as_str(), l.class.as_str()))
            .collect();
        // The one that the model's factors were learnt with. The answers' own is of no account: what is counted is what was heard.
        let Ok(reference) = Prior::hierarchical(&taxonomy) else {
            return Ok((histograms, Vec::new()));
        };
        let reference = reference.probabilities();
        let is_rare = labels.iter().any(|l| l.prior < LEAST_SHARE);
        if is_rare && heard.iter().any(|h| h.is_rounded) {
            return Ok((histograms, Vec::new()));
        }
        let factors: Vec<f64> = labels.iter().map(|l| l.count_factor).collect();
        let posteriors: Vec<Posterior> = heard
            .into_iter()
            .map(|h| Posterior {
                probabilities: weighted(&weighted(&h.likelihoods, reference), &factors),
                group: h.group,
            })
            .collect();
        let expected = labels.into_iter().zip(estimate(reference, &posteriors));
        let expected = expected.map(|(l, estimate)| Expected {
            label: l.label,
            estimate,
        });
        Ok((histograms, expected.collect()))
    }

    fn known_labels(&self) -> Result<Vec<Label>, ArchiveError> {
        self.reader.ask(|db| {
            let factor = COUNT_FACTOR.of(db, "main")?;
            let mut statement = db.prepare(&format!(
                "SELECT label, family, class, grade, prior, {factor} FROM labels
                 WHERE settings = (SELECT settings FROM current_settings) ORDER BY label"
            ))?;
            let row = |r: &Row| {
                Ok(Label {
                    label: r.get(0)?,
                    family: r.get(1)?,
                    class: r.get(2)?,
                    grade: r.get(3)?,
                    prior: r.get(4)?,
                    count_factor: r.get(5)?,
                })
            };
            let rows = statement.query_map([], row)?;
            rows.collect()
        })
    }

    fn heard(
        &self,
        labels: &[Label],
        histograms: &mut [Histogram],
    ) -> Result<Vec<Heard>, ArchiveError> {
        let (conditions, values) = self.files().sql(ANSWERS);
        let place: HashMap<&str, usize> = labels
            .iter()
            .enumerate()
            .map(|(n, l)| (l.label.as_str(), n))
            .collect();
        self.reader.ask(|db| {
            let likelihood = LOG10_LIKELIHOOD.of(db, "main")?;
            let sql = format!(
                "SELECT a.recording, s.label, s.probability, s.label = a.label AND a.decision = 'signature', g.sound_group, {likelihood}
                 FROM (SELECT DISTINCT recording, answer, label, decision FROM answers_by_path {conditions}) a
                 JOIN scores s ON s.answer = a.answer LEFT JOIN sound_groups g ON g.recording = a.recording
                 ORDER BY a.recording, s.label"
            );
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut all: Vec<Heard> = Vec::new();
            let mut groups: HashMap<i64, usize> = HashMap::new();
            let (mut last, mut next_group) = (None, 0);
            while let Some(row) = rows.next()? {
                let recording: i64 = row.get(0)?;
                if last != Some(recording) {
                    last = Some(recording);
                    // Group 0 is none in the database.
                    let known: Option<i64> = row.get(4)?;
                    let group = known.and_then(|group| groups.get(&group).copied());
                    let group = group.unwrap_or_else(|| {
                        next_group += 1;
                        next_group - 1
                    });
                    if let Some(known) = known {
                        groups.insert(known, group);
                    }
                    all.push(Heard {
                        likelihoods: vec![0.0; labels.len()],
                        is_rounded: false,
                        group,
                    });
                }
                let label: String = row.get(1)?;
                let (Some(&at), Some(heard)) = (place.get(label.as_str()), all.last_mut()) else {
                    continue;
                };
                let probability: f64 = row.get(2)?;
                heard.likelihoods[at] = match row.get::<_, Option<f64>>(5)? {
                    Some(log10) => 10f64.powf(log10),
                    None => {
                        heard.is_rounded = true;
                        probability.max(LEAST) / labels[at].prior.max(f64::MIN_POSITIVE)
                    }
                };
                histograms[at].recordings[super::sample::bin(probability)] += 1;
                histograms[at].answered += i64::from(row.get::<_, bool>(3)?);
            }
            Ok(all)
        })
    }
}
