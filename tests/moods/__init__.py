"""What each kind of transport meets in life, and how it ends: lists that the tests walk through."""
