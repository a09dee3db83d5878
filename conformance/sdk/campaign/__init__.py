"""A run against an SDK: cases drawn, played through the driver, judged, minimised, and reported as results."""
