#!/usr/bin/env bash
# Package: date-fns 4.4.0 (npm), which reads and writes dates in the languages of its locales.
# A good guess: the part of the day in words (pattern B: "in the evening", "at night") that `format` has written decides for
#   `parse` between morning and evening; a word that it does not know makes Invalid Date.
# What happens: in English it does. In the Arabic of Egypt and in Persian "9:00 in the evening" is read as nine in the morning,
#   and in Persian and German three at night is three in the afternoon and midnight is noon. Malay's "p.m." (pattern aaaa) is
#   read as a.m. Nothing marks that the words were passed over or taken for others.
# Why it matters: reports of strikes name the hour so, and the twelve hours decide on which side of a deadline or a curfew an
#   event lies. Ask for times of 24 hours, or read the words apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'date-fns@4.4.0'
cat >run.mjs <<'JS'
import fs from "fs";
import { format, parse } from "date-fns";
import { arEG, de, enGB, faIR, ms } from "date-fns/locale";

console.log("date-fns", JSON.parse(fs.readFileSync("node_modules/date-fns/package.json")).version);
const locales = { arEG, de, enGB, faIR, ms };
const expected = {
  "enGB BBBB": { "0:00": "00:00", "3:00": "03:00", "21:00": "21:00" },
  "arEG BBBB": { "0:00": "00:00", "3:00": "03:00", "21:00": "09:00" },
  "faIR BBBB": { "0:00": "12:00", "3:00": "15:00", "21:00": "09:00" },
  "de BBBB": { "0:00": "12:00", "3:00": "15:00", "21:00": "21:00" },
  "ms aaaa": { "0:00": "00:00", "3:00": "03:00", "21:00": "09:00" },
};
let same = true;
for (const [key, hours] of Object.entries(expected)) {
  const [name, words] = key.split(" ");
  const [locale, pattern] = [locales[name], `yyyy-MM-dd h:mm ${words}`];
  for (const [hour, answer] of Object.entries(hours)) {
    const text = format(new Date(2022, 6, 2, parseInt(hour)), pattern, { locale });
    const read = format(parse(text, pattern, new Date(2022, 0, 1), { locale }), "HH:mm");
    console.log(`${name}: ${hour} is written "${text}" and read as ${read}`);
    same &&= read === answer;
  }
}
process.exit(same ? 0 : 1);
JS
node run.mjs
