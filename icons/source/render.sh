#!/bin/sh
# Renders the drawings of this folder into the files Tauri takes:
#   icons/source/render.sh    (needs rsvg-convert and `npm ci` in ui/)
# In the tray drawings INK, DOT and WARN stand for colours:
#   light/  for light panels, dark/  for dark ones, template/  black with an alpha channel (macOS colours it)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
icons=$(dirname "$here")

tray() { # folder, size, ink, dot, warn
    mkdir -p "$icons/tray/$1"
    for drawing in "$here"/tray-*.svg; do
        state=$(basename "$drawing" .svg)
        sed "s/INK/$3/g; s/DOT/$4/g; s/WARN/$5/g" "$drawing" |
            rsvg-convert --width "$2" --height "$2" --output "$icons/tray/$1/${state#tray-}.png"
    done
}
tray light 32 '#14202B' '#12663A' '#7A4300'
tray dark 32 '#EDF2F6' '#84DAA5' '#F6C170'
tray template 44 '#000000' '#000000' '#000000'
# Over the window's icon in the task bar of Windows.
rsvg-convert --width 32 --height 32 --output "$icons/tray/badge.png" "$here/badge.svg"

made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
rsvg-convert --width 1024 --height 1024 --output "$made/app.png" "$here/app.svg"
"$icons/../ui/node_modules/.bin/tauri" icon --output "$made" "$made/app.png" >/dev/null
for file in 32x32.png 128x128.png 128x128@2x.png icon.icns icon.ico; do
    cp "$made/$file" "$icons/$file"
done
