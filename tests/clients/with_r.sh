#!/bin/sh
# R as Debian has it: CSV by URL, chosen columns, days as dates, and what stands beside a grade. Usage: with_r.sh ROOT …
set -eu
command -v Rscript > /dev/null || { echo "R is not installed: r-base-core"; exit 77; }
Rscript --vanilla - "$1" <<'CODE'
root <- commandArgs(trailingOnly = TRUE)[1]
events <- read.csv(paste0(root, "/events.csv"), na.strings = "", encoding = "UTF-8")
stopifnot(is.numeric(events$longitude), !anyDuplicated(events$id))
some <- read.csv(paste0(root, "/events.csv?fields=id,date_earliest,date_latest"), na.strings = "", colClasses = c("character", "Date", "Date"))
stopifnot(identical(names(some), c("id", "date_earliest", "date_latest")), identical(some$id, events$id))
stopifnot(all(some$date_earliest <= some$date_latest, na.rm = TRUE))
sources <- read.csv(paste0(root, "/sources.csv"), na.strings = "")
stopifnot(is.logical(sources$reliability), all(sources$reliability_meaning == "Cannot be judged."))
cat(R.version.string, "\n")
CODE
