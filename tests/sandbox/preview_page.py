"""One person in one channel, in simcord's Preview: what that person would do in Discord, by what they read on it.

Not possible there: right-click menus, and starting threads or posts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from playwright.async_api import Locator, Page, expect

AT_REST = """() => {
    const seen = window.simcordPreview;
    return seen && seen.ready && seen.authorized && !seen.pendingAction && !seen.pendingQuery
        && (seen.awaitingRevision === null || seen.awaitingRevision <= seen.publishedRevision);
}"""


class PreviewPage:
    """Drives a Preview page. Make it with `PreviewPage.open`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(cls, page: Page, sandbox_address: str, person: str, channel: str) -> Self:
        """Open the page of `person` in `channel` (keys of the sample class) from the sandbox's index."""
        await page.goto(f"{sandbox_address}open/{person}/{channel}")
        opened = cls(page)
        await opened.rest()
        return opened

    async def rest(self) -> None:
        """Wait until nothing is under way on the page."""
        await self.page.wait_for_function(AT_REST)

    @property
    def messages(self) -> Locator:
        """The messages that are drawn, oldest first."""
        return self.page.locator("#channel-message-list > article")

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """The newest message that contains `text`."""
        return self.messages.filter(has_text=text).last

    async def see(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until a message contains `text`, and return it."""
        found = self.message(text)
        await expect(found).to_be_visible()
        return found

    async def say(self, text: str) -> None:
        """Write a plain message."""
        await self.page.locator("#channel-composer-input").fill(text)
        await self.page.keyboard.press("Enter")
        await self.rest()

    async def slash(self, command: str, /, *, suggestion: str | None = None, **options: str) -> None:
        """Run ``/command``. Values are typed; `suggestion` picks what was offered for the last option instead."""
        await self.begin_slash(command)
        for name, value in options.items():
            await self.fill_option(name, value)
        if suggestion is not None:
            await self.page.locator(".command-popup [role=option]", has_text=suggestion).first.click()
            await self.rest()
        await self.page.locator(".command-chip").focus()
        await self.page.keyboard.press("Enter")
        await self.rest()

    async def begin_slash(self, command: str) -> None:
        """Choose the command from the list, as far as its options."""
        await self.page.locator("#channel-composer-input").fill(f"/{command}")
        name = self.page.locator(".command-entry strong", has_text=re.compile(rf"^/{re.escape(command)}$"))
        await name.click()
        await expect(self.page.locator(".command-chip")).to_be_visible()

    async def fill_option(self, name: str, value: str) -> None:
        """Type into an option of the command that was begun; suggestions may then be read with `suggestions`."""
        field = self.page.locator(f'.command-option-input[data-option="{name}"]')
        if await field.count() == 0:
            await self.page.locator(".command-ghost").click()
            await self.page.locator(
                ".command-popup [role=option]", has_text=re.compile(rf"^{re.escape(name)}")
            ).first.click()
        await field.fill(value)
        await self.rest()

    async def suggestions(self) -> list[str]:
        """Read what is offered for the option that was typed into."""
        await self.rest()
        return await self.page.locator(".command-popup [role=option]").all_inner_texts()

    async def press(self, label: str, *, on: str | re.Pattern[str] | None = None) -> None:
        """Press a button by its label, on the newest message that has it (and that contains `on`)."""
        button = re.compile(rf"^\s*(\W+\s*)?{re.escape(label)}\s*$")
        messages = self.messages if on is None else self.messages.filter(has_text=on)
        await messages.get_by_role("button", name=button).last.click()
        await self.rest()

    async def choose(self, option: str, *, on: str | re.Pattern[str] | None = None) -> None:
        """Choose from the select of the newest message that has one (and that contains `on`)."""
        messages = self.messages if on is None else self.messages.filter(has_text=on)
        await self._pick(messages.locator(".preview-select").last, option)
        await self.rest()

    async def choose_several(self, label: str, *options: str) -> None:
        """Choose from the newest select of this label that takes more than one, and close it."""
        select = self.messages.locator(".preview-select").filter(has=self.page.get_by_label(label)).last
        await select.get_by_role("combobox").click()
        for option in options:
            await select.get_by_role("option", name=option).first.click()
        await select.get_by_role("combobox").click()  # closing it hands it in
        await self.rest()

    async def fill_form(self, title: str | None = None, /, **fields: str) -> None:
        """Fill the open modal and submit it. Fields are named by the text of their label."""
        await self.fill_fields(fields, title)
        await self.submit()

    async def fill_fields(self, fields: dict[str, str], title: str | None = None) -> None:
        """Fill fields of the open modal: text as text, selects, radio buttons and checkboxes by the option's label."""
        dialog = self.page.get_by_role("dialog")
        if title is not None:
            await expect(dialog.locator(".modal-title")).to_have_text(title)
        for label, value in fields.items():
            own_label = self.page.locator(".control-label", has_text=re.compile(rf"^\s*{re.escape(label)}(\s*\*)?\s*$"))
            await self._fill_field(dialog.locator(".modal-field").filter(has=own_label), value)

    async def submit(self) -> None:
        """Submit the open modal; it stays open, with an error, where a field is not right."""
        await self.page.get_by_role("dialog").get_by_role("button", name="Submit").click()
        await self.rest()

    async def last_private_reply(self) -> str:
        """Read the newest message that only this person sees."""
        note = self.page.locator(".message-ephemeral-note")
        return (await self.messages.filter(has=note).last.inner_text()).strip()

    async def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Photograph the channel; the frame of simcord's workbench around it too where `whole`."""
        await self.rest()
        target = self.page if whole else self.page.locator("#preview-stage")
        await target.screenshot(path=path)

    async def _fill_field(self, field: Locator, value: str) -> None:
        if await field.locator(".preview-select").count():
            await self._pick(field.locator(".preview-select"), value)
        elif await field.locator(".modal-choice").count():
            await field.locator(".modal-choice", has_text=value).click()
        else:
            await field.locator(".modal-input").fill(value)

    async def _pick(self, select: Locator, option: str) -> None:
        await select.get_by_role("combobox").click()
        await select.get_by_role("option", name=option).first.click()
