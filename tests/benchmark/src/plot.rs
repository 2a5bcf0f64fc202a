//! A plot of what a test costs, by the size of the suite: flat is good.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::costs::Costs;
use crate::plan::Plan;
use crate::table::number;

/// Width and height, in pixels.
const SIZE: (u32, u32) = (860, 460);

/// The colours of Okabe and Ito, which most eyes can tell apart, and two more.
const COLOURS: [RGBColor; 11] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(204, 121, 167),
    RGBColor(120, 120, 120),
    RGBColor(240, 228, 66),
    RGBColor(110, 40, 10),
    RGBColor(0, 60, 60),
];

/// Draws it.
pub fn draw(path: &Path, plan: &Plan, costs: &[Costs]) -> Result<()> {
    let lines: Vec<(&str, Vec<(f64, f64)>)> = costs
        .iter()
        .map(|costs| (costs.subject.name, points(plan, costs)))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let all = || lines.iter().flat_map(|(_, points)| points);
    let top = all().map(|point| point.1).fold(0.0, f64::max) * 1.1;
    let right = all().map(|point| point.0).fold(0.0, f64::max) * 1.2;
    let left = all().map(|point| point.0).fold(right, f64::min) * 0.8;
    let measured: Vec<f64> = plan.sizes.iter().map(|size| size.tests as f64).collect();

    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    let failed = |error: DrawingAreaErrorKind<_>| anyhow!("the plot cannot be drawn: {error}");
    area.fill(&WHITE).map_err(failed)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (left..right).log_scale().with_key_points(measured),
            0.0..top,
        )
        .map_err(failed)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("tests in the suite")
        .y_desc("µs of CPU added to each test")
        .x_label_formatter(&|tests| number(*tests))
        .y_label_formatter(&|cpu| number(*cpu))
        .draw()
        .map_err(failed)?;
    for ((name, points), colour) in lines.into_iter().zip(COLOURS) {
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points, style).point_size(3))
            .map_err(failed)?
            .label(name.replace('`', ""))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()
        .map_err(failed)?;
    area.present().map_err(failed)
}

fn points(plan: &Plan, costs: &Costs) -> Vec<(f64, f64)> {
    let sizes = plan.sizes.iter().zip(&costs.sizes);
    let points = sizes.filter_map(|(size, cost)| Some((size.tests as f64, cost.as_ref()?.cpu)));
    points.map(|(tests, cpu)| (tests, cpu.max(0.0))).collect()
}
