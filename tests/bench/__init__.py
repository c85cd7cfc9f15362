"""`make bench`: what pages and pledges cost, as ratios within one run and as weights. Nothing here is a timed test."""
