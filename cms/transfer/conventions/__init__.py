"""How Zola, Jekyll, Hugo and plain folders write things down; one file each. PURE."""
