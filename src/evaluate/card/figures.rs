//! The figures over recordings of all labels.

use super::{optional, share};
use crate::evaluate::figures::label::LabelFigures;
use crate::evaluate::figures::share::Intervals;
use crate::evaluate::figures::{Balanced, Figures};
use std::fmt::Write;

pub(super) fn write_figures(out: &mut String, f: &Figures) -> std::fmt::Result {
    writeln!(out, "Protocol: {}\n", f.protocol)?;
    let recall = match f.intervals {
        Intervals::Earlier => "",
        Intervals::BySourceGroup => {
            "Those of what is detected at 1 % false alarms also allow for the threshold, which is found on the same recordings, being another\n\
             with other source groups (bootstrap, and no narrower than the former); 1 % of the others are alarmed by construction.\n"
        }
    };
    writeln!(
        out,
        "{} recordings from {} source groups. Intervals are 95 %: those of counts allow for recordings of one source group being told\n\
         rightly or wrongly together (Korn and Graubard 1998), those of AUC and Cllr, and where said so, are a bootstrap over source groups.\n\
         {recall}Cllr counts every recording, of whatever label and group; *as stated*, it is the cost under the hypotheses that the LR is of: source\n\
         groups count once, and the other labels that have recordings share as the prior weighs them.\n",
        f.recordings, f.groups
    )?;
    // Earlier models don't hold coverage by label.
    let covered = f.labels.iter().any(|l| l.covered.is_some());
    let (title, rule) = match covered {
        true => (" set holds it |", "---|"),
        false => ("", ""),
    };
    writeln!(
        out,
        "| label | groups | right | AUC | recall at 1 % false alarms | Cllr | least Cllr | Cllr as stated |{title}"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|{rule}")?;
    for label in &f.labels {
        write_label(out, &label.label, label)?;
        if let Some(single) = &label.without_joined {
            write_label(
                out,
                &format!("{} without joined clips", label.label),
                single,
            )?;
        }
    }
    writeln!(out)?;
    write_by_fitness(out, f)?;
    writeln!(
        out,
        "- balanced accuracy over {} labels, all equally likely beforehand: {}; with the prior of the answers: {}",
        f.labels.len(),
        balanced(&f.balanced_accuracy),
        balanced(&f.balanced_accuracy_at_prior)
    )?;
    if let Some(among) = &f.balanced_accuracy_among_tested {
        writeln!(
            out,
            "  - among those {} labels alone, as if nobody asked for the model's others: {}",
            f.labels.len(),
            balanced(among)
        )?;
    }
    if let Some(f1) = &f.f1 {
        let of = |value: f64, interval: Option<[f64; 2]>| {
            balanced(&Balanced {
                accuracy: value,
                interval,
            })
        };
        writeln!(
            out,
            "- macro-F1 among the {} labels tested: recordings {}, segments {} ({} segments)",
            f.labels.len(),
            of(f1.recordings, f1.recordings_interval),
            of(f1.segments, f1.segments_interval),
            f1.n_segments
        )?;
    }
    let interval = f
        .coverage_group_interval
        .map_or_else(String::new, |[low, high]| {
            format!("; {low:.3}-{high:.3} by bootstrap over groups")
        });
    writeln!(
        out,
        "- prediction sets hold the truth: {}{interval}; {:.2} labels on average",
        share(&f.coverage),
        f.mean_set_size
    )?;
    writeln!(
        out,
        "- engine, helicopter, aeroplane and siren answered as a munition or military drone: {}",
        share(&f.confusers)
    )?;
    for (label, alarms) in &f.confusers_by_label {
        writeln!(out, "  - {label}: {}", share(alarms))?;
    }
    writeln!(
        out,
        "- all other labels answered as a munition or military drone: {}",
        share(&f.military_alarms)
    )?;
    let levels: Vec<String> = f
        .decisions
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    writeln!(out, "- decisions: {}", levels.join(", "))?;
    writeln!(
        out,
        "- decisions for one signature that name the true label: {}\n",
        share(&f.signatures_right)
    )?;
    writeln!(
        out,
        "Best label (columns) of the recordings of each label (rows):\n"
    )?;
    let names = &f.confusion_labels;
    writeln!(out, "| | {} |", names.join(" | "))?;
    writeln!(out, "|---{}|", "|---".repeat(names.len()))?;
    let rows = names.iter().zip(&f.confusion);
    for (name, row) in rows.filter(|(_, row)| row.iter().any(|&n| n > 0)) {
        let cells: Vec<String> = row.iter().map(usize::to_string).collect();
        writeln!(out, "| **{name}** | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// The same by what the recordings are fit for, for labels that have recordings of more than one fitness.
fn write_by_fitness(out: &mut String, f: &Figures) -> std::fmt::Result {
    let several = |l: &&LabelFigures| l.by_fitness.iter().filter(|of| of.right.n > 0).count() > 1;
    let mut labels = f.labels.iter().filter(several).peekable();
    if labels.peek().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "By the fitness of the recording, at the same thresholds:\n"
    )?;
    writeln!(
        out,
        "| label | fitness | right | detected | others alarmed |"
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for label in labels {
        for of in label.by_fitness.iter().filter(|of| of.right.n > 0) {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                label.label,
                of.fitness.name(),
                share(&of.right),
                share(&of.recall),
                share(&of.false_alarms)
            )?;
        }
    }
    writeln!(out)
}

fn write_label(out: &mut String, name: &str, l: &LabelFigures) -> std::fmt::Result {
    let detection = l.detection.as_ref();
    let covered = l.covered.as_ref();
    let covered = covered.map_or_else(String::new, |c| format!(" {} |", share(c)));
    writeln!(
        out,
        "| {name} | {} | {} | {} | {} | {} | {} | {} |{covered}",
        l.groups,
        share(&l.right),
        detection.map_or_else(
            || "-".into(),
            |d| format!("{:.4}{}", d.auc, within(d.auc_interval))
        ),
        detection.map_or_else(|| "-".into(), |d| share(&d.recall)),
        cost(l.cllr, l.cllr_interval),
        optional(l.cllr_min),
        cost(l.cllr_as_stated, l.cllr_as_stated_interval)
    )
}

fn cost(cllr: Option<f64>, interval: Option<[f64; 2]>) -> String {
    let written = |cllr| format!("{cllr:.3}{}", within(interval));
    cllr.map_or_else(|| "-".into(), written)
}

/// ` (0.912-0.987)`; nothing where there is no interval.
pub(super) fn within(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(String::new, |[low, high]| format!(" ({low:.3}-{high:.3})"))
}

fn balanced(b: &Balanced) -> String {
    let interval = b.interval.map_or_else(String::new, |[low, high]| {
        format!(" ({low:.3}-{high:.3} over groups)")
    });
    format!("{:.3}{interval}", b.accuracy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::figures::figures;
    use crate::evaluate::figures::testing::{case, infos, judgement};
    use crate::model::prior::Prior;

    #[test]
    fn each_label_says_how_often_its_set_holds_it_and_earlier_figures_do_not() {
        let prior =
            Prior::hierarchical(&[("a", "a", "a"), ("b", "b", "b"), ("c", "c", "c")]).unwrap();
        let cases = [
            case(1, judgement([0.1, 0.9, 0.0], &[1])),
            case(1, judgement([0.9, 0.1, 0.0], &[0])),
            case(2, judgement([0.0, 0.1, 0.9], &[2])),
        ];
        let found = figures("none", &cases, &infos(), &prior).unwrap();
        let text = |f: &Figures| {
            let mut text = String::new();
            write_figures(&mut text, f).unwrap();
            text
        };
        let written = text(&found);
        let row = |text: &str| {
            let row = text.lines().find(|l| l.starts_with("| engine |"));
            row.unwrap().to_owned()
        };
        assert!(written.contains("Cllr as stated | set holds it |"));
        assert!(row(&written).contains("| 1 of 2 (0.500, "), "{written}");
        assert!(written.contains("the threshold, which is found"));
        // As a model up to earwitness-default-7 holds them.
        let mut stored = serde_json::to_value(&found).unwrap();
        stored.as_object_mut().unwrap().remove("intervals");
        for label in stored["labels"].as_array_mut().unwrap() {
            label.as_object_mut().unwrap().remove("covered");
        }
        let earlier = text(&serde_json::from_value(stored).unwrap());
        assert!(!earlier.contains("set holds it") && !earlier.contains("which is found"));
        let cells = |text: &str| row(text).matches('|').count();
        assert_eq!(cells(&earlier) + 1, cells(&written));
    }
}
