# $title

A plugin of lms. It keeps a participant's notes and counts the courses they have completed: small, but everything is in
it that a plugin may need. Keep what you want, throw the rest away.

    $package/
      plugin.py        what the plugin contributes, hook by hook: begin reading here
      permissions.py   who may do what
      models.py        tables, all called ${name}_…
      migrations/      how they came about; after a change: python3 -m lms db revision --history $name -m "What it does"
      service.py       use cases; knows neither Flask nor the clock
      forms.py views.py templates/$name/
      translations/    texts in Russian; after a change: python3 -m lms translations extract $folder/$package
    tests/             python3 -m lms test $folder

The hooks, with an example of each, are in docs/plugins.md of lms.
