#!/usr/bin/env bash
# Builds callroster for this machine and packs it with its manual, completions, licence and checksums.
# Needs cargo and what a Unix has; leaves dist/callroster-VERSION-TARGET.tar.gz and SHA256SUMS beside it.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=callroster-$version-$target
built=${CARGO_TARGET_DIR:-target}/$target/release/callroster
folder=dist/$name

# No symbols, and no paths of the building machine; the lock file says which crates.
separator=$'\x1f'
remap=--remap-path-prefix=$PWD=.$separator--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo
CARGO_ENCODED_RUSTFLAGS=$remap CARGO_PROFILE_RELEASE_STRIP=symbols cargo build --release --locked --target "$target"

rm -rf "$folder"
mkdir -p "$folder/completions"
install -m 755 "$built" "$folder/callroster"
cp README.md LICENSE* "$folder/"
# What the program says of itself is asked of the program, so a foreign target needs a way to run it.
"$built" man > "$folder/callroster.1"
"$built" completions bash > "$folder/completions/callroster.bash"
"$built" completions zsh > "$folder/completions/_callroster"
"$built" completions fish > "$folder/completions/callroster.fish"
"$built" completions powershell > "$folder/completions/_callroster.ps1"
"$built" completions elvish > "$folder/completions/callroster.elv"

# The same sources make the same archive, byte for byte: names in order, no owner, one time.
stamp=$(git log -1 --format=%ct 2> /dev/null || echo 0)
sums() { if command -v sha256sum > /dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
(cd "$folder" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | while read -r file; do sums "$file"; done > SHA256SUMS)
pack() {
  if tar --version 2> /dev/null | grep -q GNU; then
    tar --sort=name --mtime="@$stamp" --owner=0 --group=0 --numeric-owner -cf - -C dist "$name"
  else
    tar -cf - -C dist "$name"
  fi
}
pack | gzip -9n > "$folder.tar.gz"
(cd dist && sums "$name.tar.gz" > SHA256SUMS)
cat dist/SHA256SUMS
