//! The figures of a protocol: what the card prints and the floors are compared with.

pub mod alarm;
pub mod curves;
pub mod label;
pub mod share;
#[cfg(test)]
pub(crate) mod testing;
mod threshold;

use self::alarm::{is_alarm, is_military};
use self::curves::Curves;
use self::label::LabelFigures;
use self::share::{Intervals, Share};
use super::bootstrap::Bootstrap;
use super::confusion::Confusion;
use super::coverage::coverage;
use super::error::MetricError;
use super::f1::MacroF1;
use crate::audio::Fitness;
use crate::model::decide::{level, Level};
use crate::model::header::LabelInfo;
use crate::model::judge::Judgement;
use crate::model::prior::Prior;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Seed of the bootstrap over groups.
const BOOTSTRAP_SEED: u64 = 1;
/// Labels that are mistaken for drones.
pub const CONFUSERS: [&str; 4] = ["engine", "helicopter", "aeroplane", "siren"];

/// Mean over labels of the share of recordings that are right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Balanced {
    /// 0 to 1.
    pub accuracy: f64,
    /// 95 % interval by bootstrap over source groups.
    pub interval: Option<[f64; 2]>,
}

impl Balanced {
    fn new(
        truth: &[usize],
        said: &[usize],
        groups: &[usize],
        n_labels: usize,
    ) -> Result<Self, MetricError> {
        let accuracy = |truth: &[usize], said: &[usize]| {
            Confusion::new(truth, said, n_labels).map(|c| c.balanced_accuracy())
        };
        let of_sample = |picked: &[usize]| {
            let pick = |from: &[usize]| picked.iter().map(|&i| from[i]).collect::<Vec<_>>();
            accuracy(&pick(truth), &pick(said)).ok()?
        };
        let interval = Bootstrap::default().interval(groups, truth, of_sample).ok();
        Ok(Self {
            accuracy: accuracy(truth, said)?.unwrap_or(0.0),
            interval: interval.map(|i| [i.low, i.high]),
        })
    }
}

/// One recording that was judged, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its true label, by number.
    pub label: usize,
    /// Its source group.
    pub group: usize,
    /// Whether it is joined from clips that may come from several recordings.
    pub joined: bool,
    /// What its file is fit for, if that is known.
    pub fitness: Option<Fitness>,
    /// What the model made of it.
    pub judgement: Judgement,
}

/// The figures of one protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// What was held out, in words.
    pub protocol: String,
    /// What the intervals allow for.
    #[serde(default, skip_serializing_if = "Intervals::are_earlier")]
    pub intervals: Intervals,
    /// Recordings judged.
    pub recordings: usize,
    /// Source groups.
    pub groups: usize,
    /// The labels that occur.
    pub labels: Vec<LabelFigures>,
    /// Mean over labels of the share of recordings whose likeliest label is the true one: all
    /// labels equally likely beforehand, in the mixture that the measure itself supposes.
    pub balanced_accuracy: Balanced,
    /// The same among the labels of the model that occur in these recordings: it supposes that nobody asks for another.
    #[serde(default)]
    pub balanced_accuracy_among_tested: Option<Balanced>,
    /// The same with the best label under the prior of the answers.
    pub balanced_accuracy_at_prior: Balanced,
    /// Recordings by true label (rows) and best label (columns), over all labels of the model.
    pub confusion: Vec<Vec<usize>>,
    /// Names of the rows and columns of `confusion`.
    #[serde(default)]
    pub confusion_labels: Vec<String>,
    /// Recordings whose prediction set holds the truth, all labels pooled.
    pub coverage: Share,
    /// Interval of the coverage by bootstrap over source groups.
    pub coverage_group_interval: Option<[f64; 2]>,
    /// Mean number of labels in a prediction set.
    pub mean_set_size: f64,
    /// Recordings of confusers answered as a munition or military drone (at any level).
    pub confusers: Share,
    /// The same, label by label.
    pub confusers_by_label: Vec<(String, Share)>,
    /// All negatives (not of a military label) answered as a munition or military drone.
    pub military_alarms: Share,
    /// How many answers stand on which level.
    pub decisions: Vec<(String, usize)>,
    /// Answers with the decision `signature` that name the true label.
    pub signatures_right: Share,
    /// Macro-F1 among the labels tested, where the segments were at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<MacroF1>,
    /// What pictures are drawn from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
}

impl Figures {
    /// The figures of one label.
    pub fn label(&self, label: &str) -> Option<&LabelFigures> {
        self.labels.iter().find(|l| l.label == label)
    }

    /// Recordings answered `unknown`.
    pub fn unknown(&self) -> usize {
        let count = self.decisions.iter().find(|(name, _)| name == "unknown");
        count.map_or(0, |(_, n)| *n)
    }
}

/// Computes the figures of `cases`; `infos` are the labels of the model that judged.
///
/// # Errors
/// [`MetricError`] if a metric cannot be computed, for example without any recording.
pub fn figures(
    protocol: &str,
    cases: &[Case],
    infos: &[LabelInfo],
    prior: &Prior,
) -> Result<Figures, MetricError> {
    let truth: Vec<usize> = cases.iter().map(|c| c.label).collect();
    let groups: Vec<usize> = cases.iter().map(|c| c.group).collect();
    let best: Vec<usize> = cases.iter().map(|c| c.judgement.best()).collect();
    let confusion = Confusion::new(&truth, &best, infos.len())?;
    let likeliest: Vec<usize> = cases.iter().map(|c| c.judgement.likeliest()).collect();
    let occurring: BTreeSet<usize> = truth.iter().copied().collect();
    let among: Vec<usize> = cases
        .iter()
        .map(|c| c.judgement.likeliest_among(|l| occurring.contains(&l)))
        .collect();
    let balanced = |said: &[usize]| Balanced::new(&truth, said, &groups, infos.len());
    let sets: Vec<Vec<usize>> = cases
        .iter()
        .map(|c| c.judgement.prediction_set.clone())
        .collect();
    let covered = coverage(&sets, &truth, &groups, BOOTSTRAP_SEED)?;

    let name = |label: usize| infos[label].label.as_str();
    let alarms = |of: &dyn Fn(usize) -> bool| {
        let own = cases.iter().filter(|c| of(c.label));
        Share::of_groups(own, |c| c.group, |c| is_alarm(infos, &c.judgement))
    };
    let confusers_by_label = CONFUSERS
        .iter()
        .map(|&confuser| Ok((confuser.to_owned(), alarms(&|l| name(l) == confuser)?)))
        .collect::<Result<_, MetricError>>()?;
    let answers: Vec<(&Case, Level)> = cases
        .iter()
        .map(|c| (c, level(infos, &c.judgement)))
        .collect();
    let signatures = answers.iter().filter(|(_, level)| level.is_signature());

    let all: Vec<&Case> = cases.iter().collect();
    let labels = (0..infos.len())
        .filter(|label| truth.contains(label))
        .map(|label| LabelFigures::new(&all, prior, label, name(label)))
        .collect::<Result<_, MetricError>>()?;
    Ok(Figures {
        protocol: protocol.to_owned(),
        intervals: Intervals::BySourceGroup,
        recordings: cases.len(),
        groups: groups.iter().collect::<BTreeSet<_>>().len(),
        labels,
        balanced_accuracy: balanced(&likeliest)?,
        balanced_accuracy_among_tested: match occurring.len() < infos.len() {
            true => Some(balanced(&among)?),
            false => None,
        },
        balanced_accuracy_at_prior: balanced(&best)?,
        confusion: confusion.counts().to_vec(),
        confusion_labels: infos.iter().map(|l| l.label.clone()).collect(),
        coverage: covered.held,
        coverage_group_interval: covered.group_interval.map(|i| [i.low, i.high]),
        mean_set_size: covered.mean_size,
        confusers: alarms(&|l| CONFUSERS.contains(&name(l)))?,
        confusers_by_label,
        military_alarms: alarms(&|l| !is_military(infos, l))?,
        decisions: count_decisions(answers.iter().map(|(_, level)| level.name())),
        signatures_right: Share::of_groups(
            signatures,
            |(c, _)| c.group,
            |(c, level)| level.label() == Some(c.label),
        )?,
        f1: None,
        curves: Some(Curves::new(cases, infos, prior)),
    })
}

fn count_decisions(names: impl Iterator<Item = &'static str>) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = ["signature", "family", "class", "unknown"]
        .iter()
        .map(|n| ((*n).to_owned(), 0))
        .collect();
    for name in names {
        if let Some(count) = counts.iter_mut().find(|(n, _)| n == name) {
            count.1 += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::testing::{case, infos, judgement};
    use super::*;

    fn prior() -> Prior {
        Prior::hierarchical(&[("a", "a", "a"), ("b", "b", "b"), ("c", "c", "c")]).unwrap()
    }

    /// Two recordings of each label of `testing::infos`: all right but one engine, taken for a harop.
    fn cases() -> Vec<Case> {
        vec![
            case(0, judgement([0.9, 0.05, 0.05], &[0])),
            case(0, judgement([0.7, 0.2, 0.1], &[0, 1])),
            case(1, judgement([0.1, 0.9, 0.0], &[1])),
            case(1, judgement([0.95, 0.05, 0.0], &[0])),
            case(2, judgement([0.0, 0.1, 0.9], &[2])),
            case(2, judgement([0.0, 0.4, 0.6], &[2, 1])),
        ]
    }

    #[test]
    fn alarms_and_levels_are_counted() {
        let found = figures("none", &cases(), &infos(), &prior()).unwrap();
        assert_eq!((found.confusers.hits, found.confusers.n), (1, 2));
        assert_eq!(
            (found.military_alarms.hits, found.military_alarms.n),
            (1, 4)
        );
        assert_eq!(found.unknown(), 2);
        let right = &found.signatures_right;
        assert_eq!((right.hits, right.n), (3, 4));
        assert!((found.balanced_accuracy_at_prior.accuracy - 2.5 / 3.0).abs() < 1e-12);
        assert_eq!((found.coverage.hits, found.coverage.n), (5, 6));
        let covered = |label: &str| found.label(label)?.covered.as_ref().map(|c| (c.hits, c.n));
        assert_eq!(covered("engine"), Some((1, 2)));
        assert_eq!(covered("background"), Some((2, 2)));
        // Two recordings of one source.
        let all = found.label("background").unwrap().covered.as_ref();
        assert!((all.unwrap().low - 0.025).abs() < 1e-9);
    }

    #[test]
    fn balanced_accuracy_supposes_labels_equally_likely() {
        // The prior, not the sound, speaks for label 0.
        let mut judged = judgement([0.6, 0.3, 0.1], &[0]);
        judged.log_likelihoods = vec![-2.0, -1.0, -3.0];
        let found = figures("none", &[case(1, judged)], &infos(), &prior()).unwrap();
        assert_eq!(found.balanced_accuracy.accuracy, 1.0);
        assert_eq!(found.balanced_accuracy_at_prior.accuracy, 0.0);
    }

    #[test]
    fn detection_of_the_first_label_has_one_negative_above_all() {
        let found = figures("none", &cases(), &infos(), &prior()).unwrap();
        let harop = found.label("harop").unwrap();
        let detection = harop.detection.as_ref().unwrap();
        // Of eight pairs, the engine taken for a harop wins two.
        assert!((detection.auc - 0.75).abs() < 1e-12);
        assert_eq!((detection.recall.hits, detection.threshold), (0, None));
    }

    #[test]
    fn each_fitness_is_counted_by_itself_at_the_threshold_of_all() {
        let mut cases = cases();
        // The engine that is taken for a harop, and that alone, is of limited fitness; of one background nothing is known.
        cases
            .iter_mut()
            .for_each(|c| c.fitness = Some(Fitness::Fit));
        cases[3].fitness = Some(Fitness::Limited);
        cases[5].fitness = None;
        let found = figures("none", &cases, &infos(), &prior()).unwrap();
        let counts = |label: &str| {
            let each = found.label(label).unwrap().by_fitness.iter();
            let of = |share: &Share| (share.hits, share.n);
            each.map(|f| (f.fitness, of(&f.right), of(&f.recall), of(&f.false_alarms)))
                .collect::<Vec<_>>()
        };
        use Fitness::{Fit, Limited};
        let engine = counts("engine");
        assert_eq!(engine[0], (Fit, (1, 1), (1, 1), (0, 3)));
        assert_eq!(engine[1], (Limited, (0, 1), (0, 1), (0, 0)));
        let background = counts("background");
        assert_eq!(background[0], (Fit, (1, 1), (1, 1), (0, 3)));
        assert_eq!(background[1], (Limited, (0, 0), (0, 0), (0, 1)));
    }

    #[test]
    fn as_stated_groups_count_once_and_labels_share_as_the_prior_says() {
        let mut cases = cases();
        let cost = |cases: &[Case]| {
            let found = figures("none", cases, &infos(), &prior()).unwrap();
            let harop = found.label("harop").unwrap();
            (harop.cllr.unwrap(), harop.cllr_as_stated.unwrap())
        };
        // Two of each label, groups and prior alike: the one is the other.
        let (plain, stated) = cost(&cases);
        assert!((plain - stated).abs() < 1e-12);
        // Eight more pieces of the engine's source, told as the two before: its mean is the same, and it is one source still.
        let told = case(1, judgement([0.1, 0.9, 0.0], &[1]));
        let taken = case(1, judgement([0.95, 0.05, 0.0], &[0]));
        cases.extend(vec![told; 4]);
        cases.extend(vec![taken; 4]);
        let (more, same) = cost(&cases);
        assert!((same - stated).abs() < 1e-12, "{same} {stated}");
        assert!(more > plain + 0.01, "{more} {plain}");
    }

    #[test]
    fn recordings_of_one_label_alone_have_no_detection() {
        let found = figures("none", &cases()[..2], &infos(), &prior()).unwrap();
        assert_eq!(found.labels.len(), 1);
        assert!(found.labels[0].detection.is_none());
        assert_eq!(found.labels[0].right.hits, 2);
    }

    #[test]
    fn figures_survive_a_model_header() {
        let found = figures("none", &cases()[..2], &infos(), &prior()).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Figures>(&text).unwrap(), found);
        let found = figures("none", &cases(), &infos(), &prior()).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Figures>(&text).unwrap(), found);
    }
}
