//! The page as a browser shows it.

use super::{report, sample};
use std::path::Path;
use std::process::Command;

/// What the page looks like to a program after the browser has laid it out; `None` where there is no Chromium.
fn dom(page: &Path, probe: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(page).unwrap();
    // The page itself allows no script; the probe is let in for the test alone.
    let policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    assert!(text.contains(policy));
    let open = text.replace(policy, &format!("{policy}; script-src 'unsafe-inline'"));
    let probed = home.path().join("probed.html");
    std::fs::write(
        &probed,
        open.replace("</body>", &format!("<script>{probe}</script></body>")),
    )
    .unwrap();
    let output = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|browser| {
            Command::new(browser)
                .args([
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                ])
                .args([
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ])
                .args([
                    "--virtual-time-budget=5000",
                    "--window-size=390,900",
                    "--dump-dom",
                ])
                .arg(format!("--user-data-dir={}", home.path().display()))
                .arg(format!("file://{}", probed.display()))
                .output()
                .ok()
        });
    let output = output?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

const PROBE: &str = "addEventListener('load', () => {
  const asked = performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length;
  const images = [...document.querySelectorAll('image, img')];
  const loads = images.map(i => new Promise(done => {
    const probe = new Image(); probe.onload = () => done(probe.naturalWidth > 0); probe.onerror = () => done(false);
    probe.src = i.href ? i.href.baseVal : i.src; }));
  const wide = document.documentElement.scrollWidth > innerWidth + 1;
  Promise.all(loads).then(l => document.body.setAttribute('data-probe',
    `requests ${asked}, pictures ${images.length}, broken ${l.filter(x => !x).length}, drawings ${document.querySelectorAll('figure svg').length}, overflows ${wide}`));
});";

#[test]
fn a_browser_loads_all_pictures_asks_for_nothing_and_fits_a_phone() {
    let (dir, json, _) = report(&[&sample("shahed-136-cruise.wav")]);
    let page = dir.path().join("out/report.html");
    let Some(dom) = dom(&page, PROBE) else {
        eprintln!("skipped: no Chromium here; install it to see the page as a reader does");
        return;
    };
    let probe = dom
        .split("data-probe=\"")
        .nth(1)
        .expect("the page was laid out");
    let probe = probe.split('"').next().unwrap();
    assert!(probe.starts_with("requests 0, pictures "), "{probe}");
    assert!(
        probe.contains("broken 0") && probe.contains("overflows false"),
        "{probe}"
    );
    let count = |word: &str| -> u32 {
        let rest = probe.split(word).nth(1).unwrap();
        rest.trim().split(',').next().unwrap().parse().unwrap()
    };
    assert!(count("pictures") >= 2 && count("drawings") >= 2, "{probe}");
    // What a reader sees is what the report says.
    for (at, value) in super::page::figures(&dom) {
        assert_eq!(json.pointer(&at).unwrap().to_string(), value, "{at}");
    }
}
