// Runs before the first paint: says that scripts work, and folds the bar if this person folded it.
document.documentElement.classList.add("scripted");
try {
  if (localStorage.getItem("carafe.bar") === "folded") {
    document.documentElement.classList.add("bar-folded");
  }
} catch {
  // A browser that keeps nothing simply shows the whole bar.
}
