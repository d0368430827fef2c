import { chromium } from "playwright-core";
const out = "/tmp/look/";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [name, opts] of Object.entries({ desk: { viewport: { width: 1440, height: 900 }, colorScheme: "light", locale: "fr-FR" }, phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "fr-FR" } })) {
  const c = await b.newContext(opts); const p = await c.newPage();
  p.on("pageerror", (e) => console.log(name, "error", e.message));
  await p.goto("http://localhost:18080/desk/");
  await p.fill("input[type=email]", "lea@arzel.example"); await p.fill("input[type=password]", "tandem-rouge-sous-la-pluie");
  await p.keyboard.press("Enter"); await p.waitForTimeout(2500);
  await p.screenshot({ path: out + name + "-1.png" });
  const row = p.getByText("Le frein avant frotte", { exact: false }).first();
  if (await row.count()) { await row.click(); await p.waitForTimeout(2000); await p.screenshot({ path: out + name + "-2.png" }); }
  const url = p.url(); console.log(url);
  for (const path of process.argv.slice(2)) { await p.goto("http://localhost:18080/desk/" + path); await p.waitForTimeout(2000); await p.screenshot({ path: out + name + "-" + path.replace(/\W+/g, "_") + ".png" }); }
  await c.close();
}
await b.close();
