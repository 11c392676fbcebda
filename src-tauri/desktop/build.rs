//! Tells Tauri where the capabilities and the permissions of this program's own commands are.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // The commands' permission is a file of ours: `AppManifest::commands` would
    // write one per command into a folder at the root of the repository.
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/desktop/capabilities/**/*")
        .app_manifest(
            AppManifest::new()
                .permissions_path_pattern("./src-tauri/desktop/permissions/**/*.toml"),
        );
    tauri_build::try_build(attributes).expect("configuration and capabilities agree");
    println!("cargo:rerun-if-changed=src-tauri/desktop/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/desktop/permissions");
}
