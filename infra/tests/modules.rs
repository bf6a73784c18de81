//! The modules' files as they are written: what needs no Terraform to be seen.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use casefold_infra::modules::{blocks, resources, text};

fn infra() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The root and every module.
fn folders() -> Vec<PathBuf> {
    let modules = std::fs::read_dir(infra().join("modules")).unwrap();
    let mut folders: Vec<_> = modules.map(|it| it.unwrap().path()).collect();
    folders.push(infra().to_owned());
    folders.sort();
    folders
}

#[test]
fn every_variable_and_output_says_what_it_is() {
    for folder in folders() {
        for (file, block) in blocks(&folder).unwrap() {
            let name = block
                .labels()
                .first()
                .map(hcl::BlockLabel::as_str)
                .unwrap_or_default();
            let at = format!("{}/{file}: {} {name}", folder.display(), block.identifier());
            let has = |attribute: &str| block.body.attributes().any(|it| it.key() == attribute);
            match block.identifier() {
                "variable" => {
                    assert!(has("type"), "{at} has no type");
                    assert!(file == "variables.tf", "{at} stands elsewhere");
                }
                "output" => assert!(file == "outputs.tf", "{at} stands elsewhere"),
                _ => continue,
            }
            let description = text(&block.body, "description").unwrap_or_default();
            assert!(description.len() > 10, "{at} doesn't say what it is");
        }
    }
}

#[test]
fn every_module_is_called_and_has_its_variables_and_outputs() {
    let mut called: Vec<String> = Vec::new();
    for folder in folders() {
        for (_, block) in blocks(&folder).unwrap() {
            if block.identifier() == "module" {
                let source = text(&block.body, "source").unwrap();
                called.push(
                    Path::new(&source)
                        .file_name()
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    for folder in folders()
        .iter()
        .filter(|it| it.parent().unwrap().ends_with("modules"))
    {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(called.contains(&name), "nothing calls the module {name}");
        for file in ["main.tf", "variables.tf", "outputs.tf"] {
            // The alarms, the dashboard and the questions are a file each.
            let is_there =
                folder.join(file).exists() || (name == "observability" && file == "main.tf");
            assert!(is_there, "the module {name} has no {file}");
        }
    }
}

#[test]
fn no_role_is_made_where_a_function_could_have_one_by_the_module() {
    let found = resources(infra()).unwrap();
    let roles: Vec<_> = found
        .iter()
        .filter(|it| it.kind == "aws_iam_role")
        .map(|it| it.address.as_str())
        .collect();
    assert_eq!(
        roles,
        [
            "module.command_api.module.function.aws_iam_role.this",
            "module.jobs.module.function.aws_iam_role.this",
            "module.projector.module.function.aws_iam_role.this",
            "module.worker.module.function.aws_iam_role.this",
            "module.checkpointer.module.function.aws_iam_role.this",
            "module.rebuild.aws_iam_role.machine",
            "module.schedules.aws_iam_role.this",
        ]
    );
}

#[test]
fn nothing_of_any_machine_or_account_stands_in_the_files() {
    for folder in folders() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|it| it != "tf") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for forbidden in ["plugin-dir", "access_key", "secret_key"] {
                let has = text.contains(forbidden);
                assert!(!has, "{} has {forbidden}", path.display());
            }
            // No text is a path from the root but the names of AWS's log groups.
            let mut texts = text.match_indices("\"/").map(|(at, _)| &text[at + 1..]);
            let elsewhere = texts.find(|rest| !rest.starts_with("/aws/"));
            let line = elsewhere.and_then(|rest| rest.lines().next());
            assert_eq!(line, None, "{}", path.display());
        }
    }
}
