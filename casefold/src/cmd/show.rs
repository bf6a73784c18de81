//! `casefold show`: a case, as it is or as of a point in its past.

use std::process::ExitCode;

use casefold_command_api::access::Reader;
use casefold_command_api::access::view::{AsOfView, CaseAnswer, DocketEntryView, DocketView};
use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::as_of::{AsOf, Effective};
use casefold_shared::case::{Case, DocketEntry};
use casefold_shared::gateway::EntrySelection;
use clap::Args;

use super::past::{court, found, service};
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which case, and as of when.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The case, say `101-26`
    pub case: DocketNumber,
    /// As it stood at this version
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub at_version: Option<u64>,
    /// What the court knew at this time, say 2026-03-03T00:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "at_version")]
    pub recorded_at: Option<Timestamp>,
    /// What held on this day of the court (Eastern time), or at this time, by what is known now
    #[arg(long, value_name = "DAY", conflicts_with_all = ["at_version", "recorded_at"])]
    pub effective_on: Option<Effective>,
    /// Who asks, and why.
    #[command(flatten)]
    pub why: WhyArgs,
}

/// A case, and as of which point in its past it is.
struct Shown {
    case: Case,
    as_of: Option<AsOfView>,
}

/// Shows a case.
///
/// # Errors
/// Where there is no such case or version, or the store can't be used.
pub async fn run(options: &Options, args: &ShowArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let shown = read(&backend, args).await;
    backend.close().await;
    let shown = shown?;
    output.print(&answer(&shown)?, || text(&shown))?;
    Ok(ExitCode::SUCCESS)
}

async fn read(backend: &Backend, args: &ShowArgs) -> Result<Shown, CommandFailure> {
    let service = service(backend);
    let at_version = args
        .at_version
        .map(|version| AsOf::Version(Version(version)));
    let recorded_at = args.recorded_at.map(AsOf::RecordedAt);
    let effective_on = args.effective_on.clone().map(AsOf::EffectiveOn);
    let as_of = at_version.or(recorded_at).or(effective_on);
    let kind = match as_of {
        Some(_) => AccessKind::AsOf,
        None => AccessKind::Case,
    };
    args.why.note_case(&service, kind, args.case).await?;
    let Some(as_of) = as_of else {
        let read = service
            .read_case_at_head(args.case, EntrySelection::All)
            .await;
        return Ok(Shown {
            case: found(args.case, read)?,
            as_of: None,
        });
    };
    let read = service.read_case_as_of(args.case, &as_of, None).await;
    let read = found(args.case, read)?;
    Ok(Shown {
        as_of: Some(AsOfView::of(&as_of, read.extent)),
        case: read.case,
    })
}

/// The case as the API shows it to the court, with its whole record.
fn answer(shown: &Shown) -> Result<CaseAnswer, CommandFailure> {
    let (actor, case) = (court()?, &shown.case);
    let reader = Reader::of(&actor, case);
    let entries = case
        .docket
        .off_record()
        .iter()
        .chain(case.docket.on_record());
    let docket = DocketView {
        last_docket_entry_index: case.docket.last_index(),
        docket_entries: entries
            .filter_map(|entry| DocketEntryView::of(&reader, entry))
            .collect(),
        next_docket_entries: None,
    };
    Ok(match &shown.as_of {
        None => CaseAnswer::of(&reader, docket),
        Some(as_of) => CaseAnswer::as_of(&reader, docket, as_of.clone()),
    })
}

fn text(shown: &Shown) -> String {
    let case = &shown.case;
    let mut lines = vec![format!(
        "{}  {}",
        case.docket_number_with_suffix(),
        case.caption.expose()
    )];
    lines.push(format!("Version {}, {}", case.version, point(shown)));
    let sealed = if case.is_sealed() { ", sealed" } else { "" };
    lines.push(format!("{}{sealed}", case.status));
    lines.push(format!("Judge: {}", case.associated_judge));
    for party in &case.parties {
        lines.push(format!("{}: {}", party.contact_type, party.name.expose()));
    }
    for counsel in &case.counsel {
        lines.push(format!("Counsel: {}", counsel.name.expose()));
    }
    if let Some(group) = &case.consolidation {
        let members: Vec<_> = group.members.iter().map(ToString::to_string).collect();
        lines.push(format!("Consolidated: {}", members.join(", ")));
    }
    if let Some(note) = &case.case_note {
        lines.push(format!("Note: {}", note.expose()));
    }
    lines.push(String::new());
    lines.extend(case.docket.on_record().map(entry_line));
    let drafts = case.docket.off_record();
    if !drafts.is_empty() {
        lines.push("Off the record:".to_owned());
        lines.extend(drafts.iter().map(entry_line));
    }
    lines.join("\n")
}

/// As of which point a case is shown, in words.
fn point(shown: &Shown) -> String {
    let Some(as_of) = &shown.as_of else {
        return "as it is now".to_owned();
    };
    if let Some(version) = as_of.at_version {
        return format!(
            "as of version {version}, recorded {}",
            as_of.version_recorded_at
        );
    }
    if let Some(at) = as_of.recorded_at {
        return format!("as the court knew it at {at}");
    }
    let (day, through) = (&as_of.effective_on, as_of.known_through);
    format!(
        "as it held on {}, by what is known at version {}: {} commits hold from later and are left \
         out, {} were recorded after what they go before",
        day.as_deref().unwrap_or_default(),
        through.unwrap_or(as_of.version),
        as_of.left_out.unwrap_or(0),
        as_of.reordered.unwrap_or(0),
    )
}

fn entry_line(entry: &DocketEntry) -> String {
    let filed = &entry.filed;
    let index = filed
        .index
        .map_or_else(|| "–".to_owned(), |index| index.to_string());
    let mut marks = Vec::new();
    if entry.is_served() {
        marks.push("served");
    }
    if entry.is_stricken() {
        marks.push("stricken");
    }
    if entry.sealed_to.is_some() {
        marks.push("sealed");
    }
    if filed.pending {
        marks.push("pending");
    }
    let date: String = filed.filing_date.to_string().chars().take(10).collect();
    format!(
        "{index:>5}  {date}  {:<5} {}  {}",
        filed.event_code.as_str(),
        filed.title.expose(),
        marks.join(", ")
    )
    .trim_end()
    .to_owned()
}
