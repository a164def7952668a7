import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { legible } from '../../src/report/legible.js'
import { chromiumPath, noBrowserBecause } from '../support/browser.js'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'
import { hostilePlan } from '../support/pages/hostile-plan.js'
import { largePlan } from '../support/pages/large-plan.js'
import { root } from '../support/source-tree.js'

const golden = (name: string) => join(root, 'test/golden/report', name)

/** Pixels by which the page is wider than its window. */
const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

interface Opened {
  readonly page: Page
  /** What the page, or the browser about it, complained of; what it asked the network for. */
  readonly complaints: readonly string[]
}

describe.skipIf(noBrowserBecause !== undefined)(
  `a report page${noBrowserBecause ? ` (${noBrowserBecause})` : ''}`,
  () => {
    const { path: folder, remove } = temporaryDirectory('pages')
    let browser: Browser

    beforeAll(async () => {
      // Chromium has no sandbox of its own where root runs it.
      browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] })
      writeFileSync(join(folder, 'hostile.json'), JSON.stringify(hostilePlan))
      writeFileSync(join(folder, 'large.json'), JSON.stringify(largePlan(300)))
      await make('page.html', golden('plan.json'), golden('run.jsonl'))
      await make('drift.html', golden('drift.json'))
      await make('hostile.html', join(folder, 'hostile.json'))
      await make('large.html', join(folder, 'large.json'))
    })

    afterAll(async () => {
      await browser.close()
      remove()
    })

    async function make(page: string, ...inputs: readonly string[]): Promise<void> {
      const { exitCode, stderr } = await runEvenkeel(['report', ...inputs, '--html', join(folder, page)])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    }

    async function opened(name: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
      onTestFinished(() => page.close())
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`))
      const url = pathToFileURL(join(folder, name)).href
      page.on('request', (request) => {
        if (request.url() !== url) complaints.push(request.url())
      })
      await page.goto(url)
      return { page, complaints }
    }

    const addresses = (page: Page) => page.locator('.changes details.change:visible .address').allTextContents()

    it.each(['light', 'dark'] as const)(
      'is without a fault that axe finds, and asks for nothing, when %s',
      async (scheme) => {
        for (const name of ['page.html', 'drift.html', 'hostile.html', 'large.html']) {
          const { page, complaints } = await opened(name, scheme)
          expect(complaints).toEqual([])
          await page.evaluate(`for (const part of document.querySelectorAll('details')) part.open = true`)
          // The page's own policy keeps scripts out; a test may come in by the debugger.
          const found = await page.evaluate(`${axe.source}; axe.run({ resultTypes: ['violations'] })`)
          const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] }
          expect(
            violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]),
          ).toEqual([])
        }
      },
    )

    it('shows what destroys first, what differs, and how the run went', async () => {
      const { page } = await opened('page.html')
      expect(await page.locator('h1').textContent()).toBe('music-staging')
      expect((await addresses(page)).slice(0, 3)).toEqual(['server.old', 'volume.scratch', 'securityGroup.default'])
      expect(await page.getByRole('table', { name: 'What differs for volume.music' }).innerText()).toContain('1 GiB')
      const timeline = page.getByRole('table', { name: /^Steps of the run/ })
      expect(await timeline.locator('tbody tr').count()).toBe(38)
      await page.getByRole('button', { name: /^Critical path/ }).click()
      expect(await timeline.locator('tbody tr:visible').count()).toBe(11)
      const widths = await timeline
        .locator('tbody tr:visible .lane rect')
        .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width))
      expect(Math.min(...widths)).toBeGreaterThan(0)
    })

    it('shows the changes of the kinds that are pressed, and those that have the words', async () => {
      const { page } = await opened('page.html')
      await page.getByRole('button', { name: /^update/ }).click()
      expect(await addresses(page)).toEqual(['securityGroup.web', 'volume.music'])
      await page.getByRole('button', { name: /^downtime/ }).click()
      expect(await addresses(page)).toEqual(['volume.music'])
      await page.getByRole('button', { name: /^update/ }).click()
      expect(await addresses(page)).toEqual(['server.web[0..2]', 'volume.music'])
      await page.getByRole('searchbox').fill('web[1]')
      expect(await addresses(page)).toEqual(['server.web[0..2]'])
      expect(await page.getByText('1 of 7 shown').isVisible()).toBe(true)
      await page.getByRole('searchbox').fill('nowhere')
      await page.getByRole('button', { name: 'Clear it' }).click()
      expect(await addresses(page)).toHaveLength(7)
    })

    it('is used with the keyboard alone', async () => {
      const { page } = await opened('page.html')
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
      await page.keyboard.press('/')
      await page.keyboard.type('volume.')
      expect(await addresses(page)).toEqual(['volume.scratch', 'volume.music', 'volume.photos'])
      await page.keyboard.press('Escape')
      expect(await addresses(page)).toHaveLength(7)
      const focused = page.locator('summary:focus .address')
      await page.locator('details.change > summary').first().focus()
      await page.keyboard.press('ArrowDown')
      expect(await focused.textContent()).toBe('volume.scratch')
      await page.keyboard.press('End')
      expect(await focused.textContent()).toBe('volume.photos')
      await page.keyboard.press('Enter')
      expect(await page.locator('details.change:focus-within').getAttribute('open')).toBeNull()
    })

    it('draws what waits for what, and leads from a box to its change', async () => {
      const { page } = await opened('page.html')
      const steps = page.getByRole('region', { name: 'Drawing of the steps' })
      expect(await steps.locator('.node').count()).toBe(38)
      await steps.locator('.node', { hasText: 'delete-volume' }).click()
      expect(await page.getByRole('status').filter({ hasText: 'after' }).textContent()).toMatch(
        /^after \d+, before 0 volume\.scratch$/,
      )
      expect(await steps.locator('.node.lit').count()).toBeLessThan(10)
      await page.getByRole('button', { name: /^Resources/ }).click()
      expect(await steps.isVisible()).toBe(false)
      const resources = page.getByRole('region', { name: 'Drawing of the resources' })
      await resources.locator('.node', { hasText: 'volume.photos' }).click()
      await page.getByRole('button', { name: 'Close all' }).click()
      await page.getByRole('status').getByRole('link').click()
      expect(await page.locator('summary:focus .address').textContent()).toBe('volume.photos')
      expect(await page.locator('details.change[open]').count()).toBe(1)
    })

    it('turns light and dark, and stays so', async () => {
      const { page } = await opened('page.html', 'dark')
      const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      await expect.poll(ground).toBe('rgb(20, 24, 29)')
      await page.getByRole('button', { name: 'Show the page light' }).click()
      await expect.poll(ground).toBe('rgb(255, 255, 255)')
      await page.reload()
      await expect.poll(ground).toBe('rgb(255, 255, 255)')
    })

    it('is all open on paper, without what can only be pressed, and afterwards as it was', async () => {
      const { page } = await opened('large.html')
      const closed = page.locator('details:not([open])')
      const before = await closed.count()
      expect(before).toBeGreaterThan(40)
      await page.emulateMedia({ media: 'print' })
      await expect.poll(() => closed.count()).toBe(0)
      expect(await page.locator('button:visible').count()).toBe(0)
      const overflow = await page.evaluate(tooWide)
      expect(overflow).toBe(0)
      await page.emulateMedia({ media: 'screen' })
      await expect.poll(() => closed.count()).toBe(before)
    })

    it('fits on a narrow screen', async () => {
      const { page } = await opened('page.html')
      await page.setViewportSize({ width: 380, height: 800 })
      const overflow = await page.evaluate(tooWide)
      expect(overflow).toBe(0)
    })

    it('holds what is hostile as text', async () => {
      const { page, complaints } = await opened('hostile.html')
      await page.getByRole('button', { name: /(?:Open|Close) all/ }).click()
      expect(complaints).toEqual([])
      expect(await page.locator('img, iframe, script:not(body > script)').count()).toBe(0)
      const text = await page.locator('body').innerText()
      expect(text).toContain('</script><img src=x onerror=alert(1)>')
      expect(text).toContain('\\u202Egpj.exe')
      expect(text).toContain('\\u001B[31m')
      expect(legible(text)).toBe(text)
      expect(await page.title()).not.toContain('\u202E')
    })

    it('of 300 steps takes no more of the browser than is there to be seen', async () => {
      const { page } = await opened('large.html')
      expect(await page.locator('.node').count()).toBeGreaterThan(380)
      expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(9000)
    })
  },
)
