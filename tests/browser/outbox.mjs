// The messages that the demonstration only pretends to send, read as its pages show them.
export function outboxOf(browser, origin, until) {
  // The messages to somebody, newest first.
  async function rowsTo(page, body, to) {
    await page.goto(`${origin}/${body}/outbox`);
    return page.locator("main ul.lines li").evaluateAll((rows, to) => rows
      .filter((row) => row.textContent.includes(to)).map((row) => row.querySelector("a").href), to);
  }

  // The newest message to somebody; `unlike` are those that were there before.
  async function message(body, to, unlike = []) {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      return await until(`a message to ${to}`, async () => {
        const fresh = (await rowsTo(page, body, to)).find((href) => !unlike.includes(href));
        if (!fresh) return null;
        await page.goto(fresh);
        return page.locator("main pre").innerText();
      });
    } finally {
      await context.close();
    }
  }

  // Whoever was told by e-mail that the machine refused them, with the reference.
  async function refused(body, prefix) {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      for (let next = `${origin}/${body}/outbox`; next; ) {
        await page.goto(next);
        const rows = await page.locator("main ul.lines li").allInnerTexts();
        const found = rows.map((row) => row.match(new RegExp(`(${prefix}-[0-9A-Z-]+): about[^]*?(\\S+@\\S+)`))).find(Boolean);
        if (found) return [found[2], found[1]];
        const older = page.locator('main a[href*="before"], main a[href*="after"], main nav a').last();
        next = (await older.count()) > 0 ? await older.evaluate((link) => link.href) : null;
      }
      throw new Error(`nobody was refused a ${prefix} at ${body}`);
    } finally {
      await context.close();
    }
  }

  // Today as the service has it: its clock may be that of a replayed morning.
  async function today() {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(`${origin}/wealdmere/outbox?lang=en`);
    const text = await page.locator("main ul.lines li").first().innerText();
    await context.close();
    const found = text.match(/(\d{1,2}) ([A-Z][a-z]+) (\d{4})/);
    return found ? new Date(`${found[1]} ${found[2]} ${found[3]} 12:00 UTC`) : new Date();
  }

  return { rowsTo, message, refused, today };
}
