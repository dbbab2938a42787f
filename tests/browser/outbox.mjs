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

  return { rowsTo, message, today };
}
