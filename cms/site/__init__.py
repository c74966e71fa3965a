"""What editors set for the whole site: settings and menus."""
