"""2. Secure it: prevent abuse and fraud. One technique a file."""
