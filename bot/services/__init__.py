"""What may happen: rules, permissions and transactions. No discord, no aiohttp, no SQL."""
