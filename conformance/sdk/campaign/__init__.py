"""A run against an SDK: cases drawn, played through the driver, judged, minimised, and told as results."""
