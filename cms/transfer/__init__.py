"""Content from elsewhere: pure readers, one runner, one report."""
