//! `casefold forget`: the keys of somebody destroyed, and what tells of them folded anew.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_events::DocketNumber;
use casefold_projector::anew::Derived;
use casefold_projector::relational::RelationalProjector;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{Forgetting, KeyStore, Stores};
use casefold_shared::keys::KNOWN_FOR;
use casefold_shared::keys::forget::{self, Whom};
use clap::Args;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;

use super::generations::{ByArgs, clock, operation, projections};
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;
use crate::relational::{DEFAULT_FILE, TargetUrl};

/// How long is waited until every process goes by what was just written: what it may have read
/// before it holds for [`KNOWN_FOR`], and what it had begun then has a moment to end.
const UNTIL_ALL_KNOW: Duration = KNOWN_FOR.saturating_add(Duration::from_secs(1));

/// In how many cases keys are destroyed, and cases folded, at once.
const CASES_AT_ONCE: usize = 8;

/// What the log of operations calls the keys.
const KEYS: &str = "keys";

/// The longest reference to an order.
const MOST_ORDER: usize = 200;

/// Who is forgotten, and by which order.
#[derive(Clone, Debug, Args)]
pub struct ForgetArgs {
    /// contact/ID, user/ID, or 101-26/texts for the free texts of a case
    #[arg(value_name = "SUBJECT")]
    pub whom: Whom,
    /// The order that is carried out: its reference, and nobody's name, for it remains
    #[arg(long, value_name = "TEXT")]
    pub order: String,
    /// In this case alone; without it every case is looked through
    #[arg(long, value_name = "DOCKET NUMBER")]
    pub case: Option<DocketNumber>,
    /// Keep the free texts of the cases (captions, titles, notes), though they may name the person
    #[arg(long)]
    pub keep_texts: bool,
    /// The relational projection, if it is kept elsewhere than in the data directory:
    /// sqlite:///path/to/file.db or postgres://user@host/database
    #[arg(long, env = "CASEFOLD_SQL_TARGET", value_name = "URL")]
    pub sql_target: Option<String>,
    /// Don't ask
    #[arg(long)]
    pub yes: bool,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    #[serde(flatten)]
    forgetting: Forgetting,
    /// Whether an act that was begun before was ended.
    resumed: bool,
    /// How many keys this run destroyed.
    keys_destroyed: usize,
}

/// Destroys somebody's keys in every case concerned, and has everything derived folded anew.
/// What was interrupted is ended by running it again.
///
/// # Errors
/// Where there is nobody to forget, or the stores can't be used.
pub async fn run(options: &Options, args: &ForgetArgs, output: &Output) -> Outcome {
    let order = args.order.trim();
    if order.is_empty() || order.len() > MOST_ORDER {
        return Err(format!("--order takes 1 to {MOST_ORDER} bytes: the order's reference").into());
    }
    let backend = Backend::open(options).await?;
    let forgetter = Forgetter {
        stores: Stores::of(backend.store().clone()),
        backend: &backend,
        options,
        args,
        output,
    };
    let done = forgetter.run(order).await;
    backend.close().await;
    let Some(done) = done? else {
        return Ok(ExitCode::FAILURE);
    };
    output.print(&done, || text(&done))?;
    Ok(ExitCode::SUCCESS)
}

struct Forgetter<'a> {
    stores: Stores,
    backend: &'a Backend,
    options: &'a Options,
    args: &'a ForgetArgs,
    output: &'a Output,
}

impl Forgetter<'_> {
    fn keys(&self) -> &dyn KeyStore {
        self.stores.vault.store()
    }

    /// `None` where it was not confirmed.
    async fn run(&self, order: &str) -> Result<Option<Done>, CommandFailure> {
        // Before anything is destroyed: what can't be folded anew would go on telling.
        let derived = Derived::of(&self.stores, &projections(self.backend.store())).await?;
        let begun = self.keys().forgettings().await?.into_iter();
        let begun = begun
            .rev()
            .filter(|it| it.done_at.is_none() && it.whom == self.args.whom)
            // One that is about another case is ended by naming that.
            .find(|it| self.args.case.is_none_or(|case| it.cases.contains(&case)));
        let resumed = begun.is_some();
        let mut forgetting = match begun {
            Some(forgetting) => forgetting,
            None => self.begun_by(order).await?,
        };
        if !self.confirmed(&forgetting, resumed)? {
            return Ok(None);
        }
        if !resumed {
            self.note(&forgetting, "forget", "is begun").await?;
        }
        let keys_destroyed = self.destroy(&forgetting).await?;
        self.fold_anew(&derived, &forgetting).await?;
        forgetting.done_at = Some(SystemClock.now());
        self.note(&forgetting, "forgotten", "is done").await?;
        Ok(Some(Done {
            forgetting,
            resumed,
            keys_destroyed,
        }))
    }

    /// The act that is to begin.
    async fn begun_by(&self, order: &str) -> Result<Forgetting, CommandFailure> {
        let whom = &self.args.whom;
        let cases = forget::cases_of(self.keys(), whom, self.args.case).await?;
        if cases.is_empty() {
            return Err(format!("there is no key of {whom}, and there was none").into());
        }
        Ok(Forgetting {
            id: SystemClock.new_id(),
            at: SystemClock.now(),
            by: self.args.by.name(),
            order: order.to_owned(),
            whom: whom.clone(),
            keep_texts: self.args.keep_texts,
            cases,
            done_at: None,
        })
    }

    fn confirmed(&self, forgetting: &Forgetting, resumed: bool) -> io::Result<bool> {
        let mut err = io::stderr().lock();
        let Forgetting {
            whom, cases, order, ..
        } = forgetting;
        let shown: Vec<_> = cases.iter().take(10).map(ToString::to_string).collect();
        let more = cases.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let texts = match (whom, forgetting.keep_texts) {
            (Whom::Person(_), true) => "; the free texts of these cases are kept",
            (Whom::Person(_), false) => " and the free texts of these cases",
            (Whom::TextsOf(_), _) => "",
        };
        let begun = if resumed {
            format!("This was begun at {} and is ended now.\n", forgetting.at)
        } else {
            String::new()
        };
        if !self.output.is_json() {
            writeln!(
                err,
                "{begun}By order {order}: {whom}{texts}\nin {} {}: {}{more}\nThe keys are \
                 destroyed. Nobody can read again what was encrypted under them.",
                cases.len(),
                if cases.len() == 1 { "case" } else { "cases" },
                shown.join(", "),
            )?;
        }
        if self.args.yes {
            return Ok(true);
        }
        if !io::stdin().is_terminal() {
            writeln!(err, "casefold: say --yes where nobody can be asked")?;
            return Ok(false);
        }
        write!(err, "Type yes to go on: ")?;
        err.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer.trim() == "yes")
    }

    /// Destroys the keys, in two steps: nothing that is written meanwhile goes with them.
    async fn destroy(&self, forgetting: &Forgetting) -> Result<usize, CommandFailure> {
        let retired = self
            .in_each(forgetting, async |case| {
                forget::retire(self.keys(), case, forgetting).await
            })
            .await?;
        if retired > 0 {
            self.wait("nothing new is encrypted under the keys").await;
        }
        let destroyed = self
            .in_each(forgetting, async |case| {
                forget::destroy(self.keys(), case, forgetting, SystemClock.now()).await
            })
            .await?;
        self.wait("the keys are destroyed").await;
        Ok(destroyed)
    }

    /// Does something to the keys of each case, and counts the keys.
    async fn in_each<E>(
        &self,
        forgetting: &Forgetting,
        change: impl AsyncFn(DocketNumber) -> Result<Vec<casefold_events::personal::keys::KeyName>, E>,
    ) -> Result<usize, E> {
        let mut count = 0;
        for case in &forgetting.cases {
            count += change(*case).await?.len();
        }
        Ok(count)
    }

    async fn wait(&self, what: &str) {
        if !self.output.is_json() {
            // There is nobody left to tell where standard error is closed.
            let _ = writeln!(
                io::stderr(),
                "{what}; every process knows in {} seconds",
                UNTIL_ALL_KNOW.as_secs()
            );
        }
        tokio::time::sleep(UNTIL_ALL_KNOW).await;
    }

    async fn fold_anew(
        &self,
        derived: &Derived,
        forgetting: &Forgetting,
    ) -> Result<(), CommandFailure> {
        let folding = forgetting.cases.iter().map(|case| {
            let stores = &self.stores;
            async move { derived.fold_anew(stores, *case).await }
        });
        let folding: Vec<_> = folding.collect();
        stream::iter(folding)
            .buffer_unordered(CASES_AT_ONCE)
            .try_collect::<()>()
            .await?;
        let Some(url) = self.sql_target()? else {
            return Ok(());
        };
        let target = url.open(&SystemClock).await?;
        let clock: Arc<dyn Clock> = clock();
        let projector = RelationalProjector::new(self.stores.events.clone(), target, clock);
        projector.write_anew(&forgetting.cases).await?;
        Ok(())
    }

    /// The relational projection that is told of, or that is in the data directory.
    fn sql_target(&self) -> Result<Option<TargetUrl>, CommandFailure> {
        let told = self
            .args
            .sql_target
            .as_deref()
            .filter(|url| !url.is_empty());
        let is_there = || self.options.data_dir.join(DEFAULT_FILE).exists();
        if told.is_none() && !is_there() {
            return Ok(None);
        }
        Ok(Some(TargetUrl::parse(told, &self.options.data_dir)?))
    }

    /// Writes the act down as far as it is, with a line in the log of operations.
    async fn note(
        &self,
        forgetting: &Forgetting,
        what: &str,
        how_far: &str,
    ) -> Result<(), CommandFailure> {
        let Forgetting {
            id,
            whom,
            order,
            cases,
            keep_texts,
            ..
        } = forgetting;
        let texts = if *keep_texts { ", texts kept" } else { "" };
        let detail = format!(
            "forgetting {id} {how_far}: {whom} in {} case(s){texts}, by order {order}",
            cases.len()
        );
        let operation = operation(&forgetting.by, what, KEYS, detail);
        Ok(self.keys().forgetting_put(forgetting, &operation).await?)
    }
}

fn text(done: &Done) -> String {
    let Done {
        forgetting,
        keys_destroyed,
        ..
    } = done;
    format!(
        "{} is forgotten in {} case(s) by order {}: {keys_destroyed} keys destroyed in this run, \
         and what tells of these cases is folded anew.\nThe act is written down as {}.",
        forgetting.whom,
        forgetting.cases.len(),
        forgetting.order,
        forgetting.id
    )
}
