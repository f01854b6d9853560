// What makes a page pleasanter; each part listens on the document, so swapped-in parts of a page need no set-up.
import "./dialogs.js";
import "./files.js";
import "./keys.js";
import "./rows.js";
import "./scroll.js";
import "./small.js";
