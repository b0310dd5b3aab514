"""The door: the only way into the landing. Every stage after it reads only what it landed."""
