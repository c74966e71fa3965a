// htmx sets window.htmx by itself; this entry only gives it a name in static/dist.
import "htmx.org/dist/htmx.esm.js";
