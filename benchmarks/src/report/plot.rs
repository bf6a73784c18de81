//! Plots: bars in groups, as SVG.

use plotters::prelude::*;

use super::Plot;
use crate::Outcome;

const WIDTH: u32 = 900;
const HEIGHT: u32 = 420;

/// One colour a series; the first is Casefold's.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0x0b, 0x5f, 0xa5),
    RGBColor(0x6b, 0xae, 0xd6),
    RGBColor(0x30, 0x30, 0x30),
    RGBColor(0x96, 0x96, 0x96),
    RGBColor(0xd9, 0x5f, 0x02),
    RGBColor(0xe6, 0xab, 0x02),
    RGBColor(0x1b, 0x9e, 0x77),
    RGBColor(0x75, 0x70, 0xb3),
];

/// The share of a group that its bars take.
const FILLED: f64 = 0.84;

/// The plot as the text of an SVG file.
pub(crate) fn svg(plot: &Plot) -> Outcome<String> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT)).into_drawing_area();
        root.fill(&WHITE)?;
        let values = plot.series.iter().flat_map(|it| it.values.iter().flatten());
        let top = values.map(|it| it.max).fold(0.0, f64::max) * 1.25;
        let groups = plot.groups.len() as f64;
        let mut chart = ChartBuilder::on(&root)
            .caption(&plot.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..groups, 0.0..top.max(1e-6))?;
        let name_of = |x: &f64| name_at(&plot.groups, *x);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(2 * plot.groups.len() + 1)
            .x_label_formatter(&name_of)
            .y_desc(&plot.y)
            .draw()?;
        let width = FILLED / plot.series.len().max(1) as f64;
        for (nth, series) in plot.series.iter().enumerate() {
            let colour = COLOURS[nth % COLOURS.len()];
            let left = |group: usize| group as f64 + (1.0 - FILLED) / 2.0 + nth as f64 * width;
            let bars = series.values.iter().enumerate();
            let bars = bars.filter_map(|(group, value)| Some((left(group), (*value)?)));
            chart
                .draw_series(bars.clone().map(|(x, value)| {
                    Rectangle::new(
                        [(x, 0.0), (x + width * 0.92, value.median)],
                        colour.filled(),
                    )
                }))?
                .label(&series.name)
                .legend(move |(x, y)| {
                    Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled())
                });
            chart.draw_series(bars.map(|(x, value)| {
                let middle = x + width * 0.46;
                PathElement::new(vec![(middle, value.min), (middle, value.max)], BLACK)
            }))?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
    }
    Ok(text)
}

/// The name of the group in whose middle something is; none elsewhere.
fn name_at(groups: &[String], x: f64) -> String {
    let is_middle = (x.fract() - 0.5).abs() < 1e-6;
    let name = groups.get(x.floor() as usize).filter(|_| is_middle);
    name.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::Series;
    use super::*;
    use crate::stats::Spread;

    #[test]
    fn a_plot_has_its_title_its_groups_and_its_series() {
        let spread = Spread::of([10.0, 20.0]);
        let plot = Plot {
            file: "plot".to_owned(),
            title: "Commands a second".to_owned(),
            y: "commands a second".to_owned(),
            groups: vec!["1 at once".to_owned(), "8 at once".to_owned()],
            series: vec![
                Series {
                    name: "Casefold".to_owned(),
                    values: vec![spread, None],
                },
                Series {
                    name: "another".to_owned(),
                    values: vec![None, spread],
                },
            ],
        };
        let text = svg(&plot).unwrap();
        assert!(text.starts_with("<svg"), "{text}");
        for part in [
            "Commands a second",
            "1 at once",
            "8 at once",
            "Casefold",
            "another",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(svg(&plot).unwrap(), text, "the same of the same");
    }
}
