"""The lab: every technique on the same people, every attack on every technique, judged by who knows the truth."""
