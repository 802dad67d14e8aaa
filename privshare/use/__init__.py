"""3. Use it wisely: nothing here runs without a Permit."""
