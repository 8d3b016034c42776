#!/usr/bin/env bash
# Packages: mailparser 3.14.2 and postal-mime 4.0.0 (npm), which read stored mail.
# A good guess: where the Date of a mail cannot be read, its date is missing, as it is where the field is missing, or is the
#   text that stands there.
# What happens: mailparser puts the moment at which it runs, as a Date like any other, for a month in another language, for
#   "13/07/2022" and for an empty field; "02.07.2022" is 7 February. postal-mime leaves the text, except the last, which it reads
#   so too.
# Why it matters: a leaked mailbox or a correspondent's archive is dated by this field. The mails whose programs wrote dates in
#   their own way are all from today, and change with every run. Keep the raw field (`headerLines`) and read it yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'mailparser@3.14.2' 'postal-mime@4.0.0'
cat >run.mjs <<'JS'
import fs from "fs";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

const version = (name) => JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version;
console.log("mailparser", version("mailparser"), "postal-mime", version("postal-mime"));
const expected = {
  "Sat, 02 Jul 2022 21:15:00 +0300": ["2022-07-02T18:15:00.000Z", "2022-07-02T18:15:00.000Z"],
  "2 липня 2022 21:15 +0300": ["now", "2 липня 2022 21:15 +0300"],
  "13/07/2022 21:15 +0300": ["now", "13/07/2022 21:15 +0300"],
  "02.07.2022 21:15 +0300": ["2022-02-07T18:15:00.000Z", "2022-02-07T18:15:00.000Z"],
  "": ["now", ""],
};
let same = true;
for (const [field, answers] of Object.entries(expected)) {
  const mail = `From: a@example.org\r\nDate: ${field}\r\nSubject: x\r\n\r\nText`;
  const before = new Date();
  const date = (await simpleParser(mail)).date;
  const one = date === undefined ? undefined : date >= before && date <= new Date() ? "now" : date.toISOString();
  const other = (await PostalMime.parse(mail)).date;
  console.log(`"${field}" -> mailparser ${one}, postal-mime ${other}`);
  same &&= one === answers[0] && other === answers[1];
}
const missing = (await simpleParser("From: a@example.org\r\nSubject: x\r\n\r\nText")).date;
console.log("no Date at all -> mailparser", missing);
process.exit(same && missing === undefined ? 0 : 1);
JS
node run.mjs
