//! `intervals.csv`: a line a second, for spreadsheets and scripts. A campaign that is under way may
//! write its own line by line.

use crate::load::{LoadRun, Second};

/// The headings.
pub(crate) const HEADINGS: &str = "second,phase,asked_starts,started,waited_for_worker,calls,errors,in_flight,connections,\
                            cpu_us,memory_bytes,undelivered,response_us_p50,response_us_p99,response_us_max,\
                            service_us_p50,service_us_p99,service_us_max";

/// The line of a second; what was not measured is empty.
pub fn line(second: &Second) -> String {
    let mut cells = vec![
        second.second.to_string(),
        second.phase.name().to_owned(),
        format!("{:.3}", second.asked_starts),
    ];
    cells.extend(
        [
            second.started,
            second.waited_for_worker,
            second.calls,
            second.errors,
            second.in_flight,
            second.connections,
            second.cpu_us,
            second.memory_bytes,
            second.undelivered,
        ]
        .map(|count| count.to_string()),
    );
    for latency in [second.response, second.service] {
        let figures = latency.map(|figures| {
            [figures.latency_us_p50, figures.latency_us_p99, figures.latency_us_max]
        });
        cells.extend(figures.map_or_else(
            || [const { String::new() }; 3],
            |figures| figures.map(|us| us.to_string()),
        ));
    }
    cells.join(",")
}

pub(super) fn render(run: &LoadRun) -> String {
    let lines = run.seconds.iter().map(line);
    let mut text: Vec<String> = std::iter::once(HEADINGS.to_owned()).chain(lines).collect();
    text.push(String::new());
    text.join("\n")
}
