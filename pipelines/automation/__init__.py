"""What runs without a person: when to look, what to start, whom to tell."""
