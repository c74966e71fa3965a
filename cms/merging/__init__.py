"""Pure comparing and joining of Markdown texts and field sets. Knows no database and no clock."""
