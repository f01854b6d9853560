// A form that only carries a message on to another site is sent by itself; without scripts by its button.
document.querySelector("form[data-post-now]").submit();
