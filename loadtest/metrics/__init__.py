"""Numbers that merge: histograms and the thresholds that judge them."""
