//! A line of CloudWatch's embedded metric format.
//!
//! Its rules, which the tests hold every line to: at most 100 metrics a directive and 100 values a
//! metric; every dimension is a text member beside the values; a line is a JSON object with nothing
//! around it, of at most 256 KB, which is what every reader of such logs takes.

use std::collections::BTreeMap;

use casefold_events::Timestamp;
use serde_json::{Map, Value, json};

use super::table::{DEPLOYMENT, Metric, NAMESPACE, READ_UNITS, STORE_REQUESTS, WRITE_UNITS};
use crate::gateway::Consumed;

/// The most values that a metric has in one line.
pub const MAX_VALUES: usize = 100;

/// The most bytes of a line.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

/// Figures that are told together, with what they are about.
#[derive(Clone, Debug)]
pub struct Line {
    figures: BTreeMap<&'static str, (&'static Metric, Vec<Value>)>,
    dimensions: BTreeMap<&'static str, String>,
    about: Map<String, Value>,
}

impl Line {
    /// A line of a service, which is a member of it and no dimension.
    pub fn of(service: &'static str) -> Self {
        Self {
            figures: BTreeMap::new(),
            dimensions: BTreeMap::new(),
            about: Map::from_iter([("service".to_owned(), service.into())]),
        }
    }

    /// Adds a count.
    #[must_use]
    pub fn count(self, metric: &'static Metric, count: u64) -> Self {
        self.figure(metric, vec![count.into()])
    }

    /// Adds a measured amount. One that is no number is left out: no log could hold it.
    #[must_use]
    pub fn amount(self, metric: &'static Metric, amount: f64) -> Self {
        match number(amount) {
            Some(amount) => self.figure(metric, vec![amount]),
            None => self,
        }
    }

    /// Adds several values of one metric: a distribution. Without any the metric is left out.
    #[must_use]
    pub fn values(self, metric: &'static Metric, values: impl IntoIterator<Item = u64>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Value::from).collect();
        match values.is_empty() {
            true => self,
            false => self.figure(metric, values),
        }
    }

    /// Adds what requests to the store cost.
    #[must_use]
    pub fn consumed(self, consumed: Consumed) -> Self {
        self.amount(&READ_UNITS, consumed.read_units)
            .amount(&WRITE_UNITS, consumed.write_units)
            .count(&STORE_REQUESTS, consumed.requests)
    }

    /// Says which value of a dimension beside the deployment the figures have. It must have few
    /// values, for each is billed as a metric of its own.
    #[must_use]
    pub fn by(mut self, dimension: &'static str, value: impl Into<String>) -> Self {
        self.dimensions.insert(dimension, value.into());
        self
    }

    /// Says what the figures are about, in a member that is no metric: to be searched for in the
    /// log. Nothing personal may be in it.
    #[must_use]
    pub fn about(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.about.insert(name.to_owned(), value.into());
        self
    }

    fn figure(mut self, metric: &'static Metric, values: Vec<Value>) -> Self {
        self.figures.insert(metric.name, (metric, values));
        self
    }

    /// The line as texts: one, and further ones where a metric has more values than fit into one.
    pub(super) fn written(self, deployment: &str, at: Timestamp) -> Vec<String> {
        let Self {
            mut figures,
            mut dimensions,
            mut about,
        } = self;
        dimensions.insert(DEPLOYMENT, deployment.to_owned());
        let mut lines = Vec::new();
        while !figures.is_empty() {
            let mut now = Vec::new();
            for (metric, values) in figures.values_mut() {
                let rest = values.split_off(values.len().min(MAX_VALUES));
                now.push((*metric, std::mem::replace(values, rest)));
            }
            figures.retain(|_, (_, rest)| !rest.is_empty());
            let mut text = text(&now, &dimensions, &about, at);
            if text.len() > MAX_LINE_BYTES {
                // Figures matter more than what they are about.
                about.clear();
                text = self::text(&now, &dimensions, &about, at);
            }
            lines.push(text);
        }
        lines
    }
}

/// A number as it is written: whole where it is whole.
fn number(amount: f64) -> Option<Value> {
    let is_whole = amount.fract() == 0.0 && (0.0..9e15).contains(&amount);
    if is_whole {
        return Some(Value::from(amount as u64));
    }
    serde_json::Number::from_f64(amount).map(Value::Number)
}

fn text(
    figures: &[(&'static Metric, Vec<Value>)],
    dimensions: &BTreeMap<&'static str, String>,
    about: &Map<String, Value>,
    at: Timestamp,
) -> String {
    let mut line = Map::new();
    // Metrics with the same sets of dimensions share a directive.
    let mut directives: BTreeMap<Vec<Vec<&str>>, Vec<Value>> = BTreeMap::new();
    for (metric, _) in figures {
        let mut sets = metric.dimension_sets();
        sets.retain(|set| set.iter().all(|it| dimensions.contains_key(it)));
        let definition = json!({ "Name": metric.name, "Unit": metric.unit.as_str() });
        directives.entry(sets).or_default().push(definition);
    }
    let directives: Vec<_> = directives
        .into_iter()
        .map(|(sets, metrics)| json!({ "Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics }))
        .collect();
    line.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": at.as_millis(), "CloudWatchMetrics": directives }),
    );
    line.extend(about.clone());
    for (dimension, value) in dimensions {
        line.insert((*dimension).to_owned(), value.as_str().into());
    }
    for (metric, values) in figures {
        let value = match values.as_slice() {
            [one] => one.clone(),
            several => several.into(),
        };
        line.insert(metric.name.to_owned(), value);
    }
    Value::Object(line).to_string()
}
