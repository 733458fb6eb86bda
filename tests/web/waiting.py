"""Waiting for something in a page whose policy lets no text be run as a script.

Playwright's ``wait_for_function`` runs its text in the page again and again, which the policy
refuses; a single ``evaluate`` goes past it.
"""

import asyncio


async def until(page, expression, timeout_s=180.0):
    """Raises TimeoutError: *expression* did not become true."""
    async with asyncio.timeout(timeout_s):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)
