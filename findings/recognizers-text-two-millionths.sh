#!/usr/bin/env bash
# Package: @microsoft/recognizers-text-number 1.3.1 (npm), which finds numbers in texts of many languages.
# A good guess: "half a million" is 500,000, or "half" is passed over, or no number is found.
# What happens: the whole text is reported as found, and its value is one divided by two million: 2E-06. "Three quarters of a
#   million" is twelve millionths, "one and a half million" 1.0000005, half a thousand 0.002. So it is in Spanish (medio millón);
#   in French un demi-million is half a millionth, and un million et demi 500,000, as is un millón y medio in Spanish: a million
#   too few. "Half a dozen" is 6 and "1.5 million" 1,500,000.
# Why it matters: people who fled and people in need are counted in halves of millions. A value near nothing, rounded, is zero:
#   the claim says that nobody fled, and it is not among those in which no number was found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@microsoft/recognizers-text-number@1.3.1'
cat >run.cjs <<'JS'
const { Culture, recognizeNumber } = require("@microsoft/recognizers-text-number");
const file = "node_modules/@microsoft/recognizers-text-number/package.json";
console.log("@microsoft/recognizers-text-number", JSON.parse(require("fs").readFileSync(file)).version);
const expected = [
  [Culture.English, "half a dozen", "6"],
  [Culture.English, "1.5 million", "1500000"],
  [Culture.English, "half a million", "2E-06"],
  [Culture.English, "a quarter of a million", "4E-06"],
  [Culture.English, "three quarters of a million", "1.2E-05"],
  [Culture.English, "one and a half million", "1.0000005"],
  [Culture.English, "half a thousand", "0.002"],
  [Culture.Spanish, "medio millón", "2E-06"],
  [Culture.Spanish, "un millón y medio", "500000"],
  [Culture.French, "un demi-million", "5E-07"],
  [Culture.French, "un million et demi", "500000"],
];
let same = true;
for (const [language, text, value] of expected) {
  const [one, ...others] = recognizeNumber(text, language);
  console.log(`${language}: "${text}" has the number ${one.resolution.value}, found as "${one.text}"`);
  same &&= one.text === text && one.resolution.value === value && others.length === 0;
}
process.exit(same ? 0 : 1);
JS
node run.cjs
