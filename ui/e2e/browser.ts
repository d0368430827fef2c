import { mkdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readFile } from 'node:fs/promises'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Frame, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { House } from './house.ts'

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)

/** Where pictures go: into the documentation when it is asked for, else beside the tests. */
const pictures = resolve(import.meta.dirname, process.env.VISAVIS_SCREENSHOTS === 'docs' ? '../../docs/screenshots' : 'results')

export async function openBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('install chromium to run the browser journeys')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Somebody at a browser of her own, with everything that went wrong in it. */
export class Person {
  readonly troubles: string[] = []

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly house: House,
  ) {
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/i.test(text)) this.troubles.push(text)
    })
    page.on('dialog', (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  }

  static async arrive(browser: Browser, house: House, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ locale: 'fr-FR', timezoneId: 'Europe/Paris', viewport: { width: 1440, height: 900 }, ...options })
    return new Person(context, await context.newPage(), house)
  }

  /** Signs a member in and waits until the desk stands. */
  async signIn(email = this.house.email): Promise<void> {
    await this.page.goto(`${this.house.desk}/desk/`)
    await this.page.locator('input[type=email]').fill(email)
    await this.page.locator('input[type=password]').fill(this.house.password)
    await this.page.keyboard.press('Enter')
    await this.page.locator('[data-desk-ready]').waitFor()
  }

  /** Opens the shop and returns the frame of the chat once it is open. */
  async openChat(path = '/?lang=fr'): Promise<Frame> {
    await this.page.goto(`${this.house.shop}${path}`)
    await this.page.getByRole('button', { name: /conseiller|Discuter|Écrire|chat|Chat/ }).first().click()
    return this.chat()
  }

  async chat(): Promise<Frame> {
    const frame = await this.page.waitForSelector('iframe').then((element) => element.contentFrame())
    if (!frame) throw new Error('the chat has no frame')
    await frame.locator('textarea').waitFor()
    return frame
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true })
    await this.page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', caret: 'hide' })
  }

  async leave(): Promise<void> {
    const troubles = this.troubles
    await this.context.close()
    expect(troubles).toEqual([])
  }
}

/** What axe finds wrong on a page or in a frame, by rule and place. */
export async function axe(target: Page | Frame): Promise<string[]> {
  const source = await readFile(resolve(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8')
  await target.evaluate(source)
  return target.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> }
    }
    const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
  })
}
