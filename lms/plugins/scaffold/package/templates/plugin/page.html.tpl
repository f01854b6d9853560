{# My notes. Context: form (text), notes (id, text, written_at), newest first; completed: how many courses. #}
{% extends "frame.html" %}
{% block title %}{{ _("My notes") }}{% endblock %}
{% block content %}
{{ ui.page_head(_("My notes"), ngettext("%(num)s course completed so far.", "%(num)s courses completed so far.", completed), [(_("Home"), "/")]) }}
<div class="stack">
{% call ui.card() %}
  {% call ui.form(url_for("$name.add")) %}
    {{ ui.field(form.text, attrs={"rows": 4}) }}
    <div class="row">{{ ui.button(_("Keep the note"), kind="primary", icon_name="plus") }}</div>
  {% endcall %}
{% endcall %}
{% if notes %}
{% call ui.card() %}
<ul class="list">
  {% for note in notes %}
  <li><span class="grow">{{ note.text }}</span><span class="muted small">{{ ui.when(note.written_at) }}</span>
    {{ ui.post_button(_("Delete"), url_for("$name.delete", note_id=note.id), kind="quiet", icon_name="trash-2") }}</li>
  {% endfor %}
</ul>
{% endcall %}
{% else %}
{{ ui.empty(_("No notes so far"), _("What you write above appears here, and nobody else sees it."), "notebook-pen") }}
{% endif %}
</div>
{% endblock %}
