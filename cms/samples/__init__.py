"""The sample content: a small site that explains itself, written, taken away and brought back."""
