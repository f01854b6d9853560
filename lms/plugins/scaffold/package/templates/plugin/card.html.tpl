{# The card of the start page. Context: notes (text), at most three, newest first; completed: how many courses. #}
{% import "ui/kit.html" as ui with context %}
{% call ui.card(_("My notes")) %}
  <ul class="list">{% for note in notes %}<li>{{ note.text | truncate(80) }}</li>{% endfor %}</ul>
  <div class="card__foot">{{ ui.button(_("All my notes"), href=url_for("$name.show"), after="arrow-right") }}</div>
{% endcall %}
