msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "My notes"
msgstr "Мои заметки"

msgid "All my notes"
msgstr "Все заметки"

msgid "Write notes of one's own"
msgstr "Вести собственные заметки"

msgid "A note has between 1 and %(most)s characters."
msgstr "В заметке от 1 до %(most)s знаков."

msgid "Something to remember"
msgstr "Что стоит запомнить"

msgid "Keep the note"
msgstr "Сохранить заметку"

msgid "The note is kept."
msgstr "Заметка сохранена."

msgid "Delete"
msgstr "Удалить"

msgid "Home"
msgstr "Главная"

msgid "No notes so far"
msgstr "Заметок пока нет"

msgid "What you write above appears here, and nobody else sees it."
msgstr "Здесь появится то, что ты напишешь выше; больше никто этого не увидит."

msgid "%(num)s course completed so far."
msgid_plural "%(num)s courses completed so far."
msgstr[0] "Завершён %(num)s курс."
msgstr[1] "Завершено %(num)s курса."
msgstr[2] "Завершено %(num)s курсов."
