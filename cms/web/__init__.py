"""Door hardware: what every door that speaks HTTP needs, and no door's own business."""
