#!/usr/bin/env bash
# Package: @automerge/automerge 3.5.0 (npm), which merges copies of a document that were changed apart.
# A good guess: where two people correct one value, `getConflicts` tells both corrections, as it does for numbers and for texts
#   that are assigned anew; one of them is shown until somebody decides.
# What happens: a text that is changed with `updateText`, the way that is meant for fields of forms, is merged letter by letter,
#   figures too: of 14, corrected to 64 by one and to 18 by the other, comes 68, and there is no conflict. "No survivors", of
#   which one makes "Two survivors" and the other "No deaths", is "Two deaths".
# Why it matters: figures such as "14" or "14-64" are texts in many forms. What comes out is a claim that neither of the two made,
#   in a record made to keep who said what. Assign figures and verdicts as whole values, and ask for their conflicts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@automerge/automerge@3.5.0'
cat >run.mjs <<'JS'
import fs from "fs";
import * as Automerge from "@automerge/automerge";

console.log("@automerge/automerge", JSON.parse(fs.readFileSync("node_modules/@automerge/automerge/package.json")).version);
const both = (start, one, other, change) => {
  const base = Automerge.from({ said: start });
  const copy = (text) => Automerge.change(Automerge.clone(base), (document) => change(document, text));
  const merged = Automerge.merge(copy(one), copy(other));
  return [merged.said, Object.values(Automerge.getConflicts(merged, "said") ?? {}).sort()];
};
const update = (document, text) => Automerge.updateText(document, ["said"], text);
const assign = (document, text) => {
  document.said = text;
};
const seen = {
  update: both("14", "64", "18", update),
  words: both("No survivors", "Two survivors", "No deaths", update),
  assign: both("14", "64", "18", assign)[1],
};
console.log(JSON.stringify(seen));
const expected = { update: ["68", []], words: ["Two deaths", []], assign: ["18", "64"] };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node run.mjs
