# The Chow test on the study's own series, about a straight line: how often it calls a break where there is none.
#   cargo run --release -p handback-core --example study -- --write FOLDER
#   Rscript crates/core/examples/study/chow.R FOLDER [SERIES]
# Needs Debian's r-cran-strucchange.
suppressMessages(library(strucchange))
arguments <- commandArgs(trailingOnly = TRUE)
count <- if (length(arguments) > 1) as.integer(arguments[2]) else 1000
files <- list.files(arguments[1], pattern = "step 0\\.csv$", full.names = TRUE)
place <- as.integer(sub(",.*", "", basename(files)))
for (file in files[order(place)][sort(place) < 1000]) {
  series <- as.matrix(read.csv(file, header = FALSE, nrows = count))
  month <- seq_len(ncol(series))
  called <- apply(series, 1, function(y) sctest(y ~ month, type = "Chow", point = ncol(series) %/% 2)$p.value < 0.05)
  cell <- strsplit(sub("\\.csv$", "", basename(file)), ", ")[[1]][-1]
  cat("Chow", cell, nrow(series), sprintf("%.3f\n", mean(called)), sep = "\t")
}
