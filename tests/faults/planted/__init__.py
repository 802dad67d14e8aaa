"""The corpus of planted faults: what has gone wrong in privacy software, planted here, and the test that catches it."""
