"""Histories from elsewhere: the questions and answers of a channel's export, kept as if they had been logged then.

It reads the JSON of DiscordChatExporter, in two passes per run. The first reads every file whole, refuses all of them
for one that is malformed, and puts what may be kept into a spool on the disk; the second writes it to the database in
order of message id, first the questions, then the answers. So a reply may stand before its question or in another
file, numbers do not depend on where an earlier run was stopped, and a second run adds nothing. `docs/operating.md`
tells people what is kept and what is not.
"""

from bot.services.importing.running import ImportSummary, import_exports

__all__ = ["ImportSummary", "import_exports"]
