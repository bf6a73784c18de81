//! A copy of this folder in which Terraform plans, in no account and with no network: every value
//! that AWS would give is mocked, and known in the plan.

pub mod mocks;

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use crate::modules::Unreadable;
use crate::plan::Plan;

/// Names the variable that holds the folder with the provider: the one above the registry's name.
pub const PLUGINS_VARIABLE: &str = "CASEFOLD_TF_PLUGINS";

/// A folder in which Terraform plans.
#[derive(Debug)]
pub struct Workshop {
    folder: PathBuf,
    plugins: PathBuf,
}

/// What Terraform makes of a configuration.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A plan.
    Planned(Plan),
    /// It refuses it, for this reason: a validation or a precondition doesn't hold.
    Refused(String),
}

/// Terraform can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// A file can't be read or written.
    #[error("the workshop can't be set up")]
    Files(#[from] io::Error),
    /// The modules can't be read.
    #[error(transparent)]
    Modules(#[from] Unreadable),
    /// Terraform fails, and not because of what it was given.
    #[error("terraform {0}: {1}")]
    Terraform(&'static str, String),
}

/// What is missing for planning on this machine; `Ok` has the folder with the provider.
///
/// # Errors
/// A sentence that says what is missing.
pub fn plugins() -> Result<PathBuf, String> {
    if Command::new("terraform").arg("-version").output().is_err() {
        return Err("there is no terraform on this machine".to_owned());
    }
    let usual = [
        "/usr/share/terraform/plugins",
        "/usr/local/share/terraform/plugins",
    ];
    let mut folders: Vec<PathBuf> = std::env::var_os(PLUGINS_VARIABLE)
        .map(Into::into)
        .into_iter()
        .collect();
    folders
        .extend(std::env::var_os("HOME").map(|home| Path::new(&home).join(".terraform.d/plugins")));
    folders.extend(usual.map(PathBuf::from));
    let others = std::fs::read_dir("/opt")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    folders.extend(others.map(|it| it.path()));
    let has_provider = |folder: &PathBuf| {
        let registries = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        registries
            .map(|it| it.path())
            .any(|it| it.join("hashicorp/aws").is_dir())
    };
    folders.into_iter().find(has_provider).ok_or_else(|| {
        format!("there is no folder with the AWS provider; set {PLUGINS_VARIABLE} to one")
    })
}

impl Workshop {
    /// A workshop in an empty folder, with the provider from another.
    pub fn new(folder: &Path, plugins: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            plugins: plugins.to_owned(),
        }
    }

    /// What Terraform makes of each of these configurations, each a folder like this crate's.
    /// They are planned one after the other, by one process.
    ///
    /// # Errors
    /// [`WorkshopError`], where it isn't a configuration's fault.
    pub fn plan(&self, configurations: &[&Path]) -> Result<Vec<Outcome>, WorkshopError> {
        let packages = self.folder.join("packages");
        std::fs::create_dir_all(&packages)?;
        std::fs::create_dir_all(self.folder.join("tests"))?;
        for package in ["command-api.zip", "projector.zip"] {
            std::fs::write(packages.join(package), "a placeholder: nothing runs it")?;
        }
        for (nth, configuration) in configurations.iter().enumerate() {
            let copy = self.folder.join(copy_name(nth));
            copy_terraform(configuration, &copy)?;
            let mocks = mocks::file(&copy, &copy_name(nth), &packages)?;
            std::fs::write(
                self.folder
                    .join(format!("tests/{}.tftest.hcl", copy_name(nth))),
                mocks,
            )?;
        }
        std::fs::write(self.folder.join("main.tf"), mocks::ROOT)?;
        let plugin_dir = format!("-plugin-dir={}", self.plugins.display());
        let init = self.terraform(&[
            "init",
            "-backend=false",
            "-input=false",
            "-no-color",
            &plugin_dir,
        ])?;
        if !init.status.success() {
            return Err(WorkshopError::Terraform(
                "init",
                String::from_utf8_lossy(&init.stderr).into_owned(),
            ));
        }
        // A line of a plan has megabytes, of which little is wanted: one at a time.
        let mut test = self.command(&["test", "-json", "-verbose"]);
        let mut running = test.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let told = running.stdout.take().map(BufReader::new);
        let found = outcomes(
            told.into_iter().flat_map(BufRead::lines),
            configurations.len(),
        );
        running.wait()?;
        found
    }

    fn terraform(&self, arguments: &[&str]) -> Result<Output, io::Error> {
        self.command(arguments).output()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        // Nothing of AWS is asked; with these, nothing could be.
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("TF_CLI_CONFIG_FILE");
        command
    }
}

fn copy_name(nth: usize) -> String {
    format!("copy{nth}")
}

/// Copies the Terraform of a folder like this crate's, without its provider's settings: those are
/// for AWS.
///
/// # Errors
/// Where a file can't be read or written.
pub fn copy_terraform(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let is_module = path.is_dir() && (name == "modules" || from.ends_with("modules"));
        if is_module {
            copy_terraform(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|it| it == "tf") && name != "providers.tf" {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// A line of what `terraform test -json` tells.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "@testfile", default)]
    file: String,
    test_plan: Option<Plan>,
    diagnostic: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    severity: String,
    summary: String,
    detail: String,
}

fn outcomes(
    told: impl Iterator<Item = io::Result<String>>,
    wanted: usize,
) -> Result<Vec<Outcome>, WorkshopError> {
    let mut found: Vec<Option<Outcome>> = vec![None; wanted];
    let mut elsewhere = String::new();
    for line in told {
        let line: Line = serde_json::from_str(&line?).map_err(|error| {
            WorkshopError::Terraform("test", format!("tells what can't be read: {error}"))
        })?;
        let error = line.diagnostic.filter(|it| it.severity == "error");
        let told = error.map(|it| format!("{}: {}", it.summary, it.detail.trim()));
        let nth = line.file.strip_prefix("tests/copy").and_then(|rest| {
            rest.strip_suffix(".tftest.hcl")
                .and_then(|nth| nth.parse::<usize>().ok())
        });
        match (nth.and_then(|nth| found.get_mut(nth)), line.test_plan, told) {
            (Some(place), Some(plan), _) if line.kind == "test_plan" => {
                *place = Some(Outcome::Planned(plan));
            }
            (Some(place), _, Some(told)) => *place = Some(Outcome::Refused(told)),
            (None, _, Some(told)) => {
                elsewhere.push_str(&told);
            }
            _ => {}
        }
    }
    let all: Option<Vec<_>> = found.into_iter().collect();
    all.ok_or_else(|| {
        WorkshopError::Terraform("test", format!("did not plan everything. {elsewhere}"))
    })
}
