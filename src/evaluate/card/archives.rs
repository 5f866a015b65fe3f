//! How many recordings of each label an archive holds.

use crate::evaluate::protocols::{CountAgreement, Counts};

/// What is expected against what is there.
pub(super) fn counts(rows: &[Counts]) -> String {
    let mut text = String::from(
        "Protocol: archives are drawn from the recordings, no two of one source group, shares of the labels at random. What `query`\n\
         expects of each label by the answers of the folds' models that never heard the source group, and by their factors for counting,\n\
         is held against what is there.\n\
         Each label of the model in each archive is a case.\n\n\
         | archives | labels | 95 % intervals hold the number | their width, recordings | expected is off by | counting likeliest labels is off by |\n\
         |---|---|---|---|---|---|\n",
    );
    for row in rows {
        let archives = match row.backgrounds {
            Some(share) => format!(
                "{} of {} recordings, {:.0} % of them backgrounds",
                row.archives,
                row.recordings,
                100.0 * share
            ),
            None => format!("{} of {} recordings", row.archives, row.recordings),
        };
        let military = row
            .military
            .iter()
            .map(|(label, found)| (label.as_str(), found));
        let groups = [("there", &row.present), ("not there", &row.absent)];
        for (labels, found) in groups.into_iter().chain(military) {
            text += &agreement(&archives, labels, found);
        }
    }
    text
}

fn agreement(archives: &str, labels: &str, found: &CountAgreement) -> String {
    let Some(share) = found.share_held() else {
        return format!("| {archives} | {labels} | no case | - | - | - |\n");
    };
    format!(
        "| {archives} | {labels} | {} of {} ({share:.3}) | {:.1} | {:.2} | {:.2} |\n",
        found.held, found.of, found.width, found.error, found.counting_error
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_archive_is_told_and_so_is_what_never_occurred() {
        let there = CountAgreement {
            of: 8,
            held: 7,
            width: 3.25,
            error: 0.5,
            counting_error: 2.0,
        };
        let text = counts(&[Counts {
            recordings: 400,
            backgrounds: Some(0.95),
            archives: 2,
            present: there,
            absent: CountAgreement::default(),
            military: vec![("shahed-136".into(), there)],
        }]);
        let rows: Vec<&str> = text.lines().rev().take(3).collect();
        let archives = "| 2 of 400 recordings, 95 % of them backgrounds |";
        let figures = "| 7 of 8 (0.875) | 3.2 | 0.50 | 2.00 |";
        assert_eq!(rows[2], format!("{archives} there {figures}"));
        assert_eq!(
            rows[1],
            format!("{archives} not there | no case | - | - | - |")
        );
        assert_eq!(rows[0], format!("{archives} shahed-136 {figures}"));
    }
}
