"""The texts of the pages in Russian. Message ids are the English texts, so English needs no catalogue.

The catalogue of the core is `ru/LC_MESSAGES/` in this folder, a plugin's is `translations/ru/LC_MESSAGES/` in its package:
`messages.po` is what people edit, `messages.mo` what the program reads. Both are committed, since nothing is built.
"""
