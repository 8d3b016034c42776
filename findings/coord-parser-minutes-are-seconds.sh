#!/usr/bin/env bash
# Packages: parse-dms 0.0.5 and coord-parser 1.0.0 (npm), which read coordinates as people write them; the second is a rewrite of
#   the first, for "very rough" input.
# A good guess: degrees and minutes without signs and decimal degrees without a comma, each a usual form, are read, or refused;
#   and what one of the two reads rightly, its rewrite does too.
# What happens: "48 55 N, 38 26 E", degrees and minutes to parse-dms, are degrees and seconds to coord-parser: 48.0153, 38.0072,
#   a hundred kilometres to the south. So is "48°55 N", with one sign. Degrees, minutes and seconds without signs are an error.
#   parse-dms for its part takes "48.9169 38.4306" for degrees and minutes of one angle, and answers the number 49.55741. With a
#   comma, or with signs for minutes, the two agree and are right.
# Why it matters: gazetteers and reports write "48 55 N". The point is in range, has many decimal places and lies in the same
#   country, so that no check finds it, and every event at it is in another district.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'parse-dms@0.0.5' 'coord-parser@1.0.0'
cat >run.cjs <<'JS'
const readers = { "parse-dms": require("parse-dms"), "coord-parser": require("coord-parser") };
for (const name of Object.keys(readers)) {
  console.log(name, JSON.parse(require("fs").readFileSync(`node_modules/${name}/package.json`)).version);
}
const read = (name, text) => {
  try {
    const answer = readers[name](text);
    return typeof answer === "number" ? `one number, ${answer}` : `${answer.lat.toFixed(4)} ${answer.lon.toFixed(4)}`;
  } catch {
    return "an error";
  }
};
const expected = {
  "48.9169, 38.4306": ["48.9169 38.4306", "48.9169 38.4306"],
  "48°55'N 38°26'E": ["48.9167 38.4333", "48.9167 38.4333"],
  "48 55 N, 38 26 E": ["48.9167 38.4333", "48.0153 38.0072"],
  "48°55 N, 38°26 E": ["48.9167 38.4333", "48.0153 38.0072"],
  "1 30 S, 29 15 E": ["-1.5000 29.2500", "-1.0083 29.0042"],
  "48 55 30 N, 38 26 15 E": ["48.9250 38.4375", "an error"],
  "48.9169 38.4306": ["one number, 49.55741", "48.9169 38.4306"],
  "-1.5 29.25": ["one number, -1.9875", "-1.5000 29.2500"],
};
let same = true;
for (const [text, answers] of Object.entries(expected)) {
  const seen = Object.keys(readers).map((name) => read(name, text));
  console.log(`${text}: parse-dms ${seen[0]}; coord-parser ${seen[1]}`);
  same &&= JSON.stringify(seen) === JSON.stringify(answers);
}
process.exit(same ? 0 : 1);
JS
node run.cjs
