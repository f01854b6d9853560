// Code and tables of written texts that are wider than the screen can be scrolled by keyboard (axe: scrollable-region-focusable).
function mark() {
  for (const part of document.querySelectorAll(".prose pre, .prose table")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

addEventListener("resize", mark);
mark();
