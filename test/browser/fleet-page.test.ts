import { request } from 'node:http'
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { stackKey } from '../../src/fleet/jobs/job.js'
import { legible } from '../../src/report/legible.js'
import { chromiumPath, noBrowserBecause } from '../support/browser.js'
import { serveFleetOf, type ServedFleet } from '../support/fleet/served-page.js'
import { expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

const textOf = (name: string, size = 1) => `evenkeel: 1
stack: ${name}
target: sandbox
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
volumes:
  data: { zone: us-east-1a, size: ${size}, fstype: raw }
`
const web = 'stacks/prod/web.stack.yaml'
const hostile = `stacks/dev/<script>alert(1)<\u2044script> 'x' "y" \u202Egpj.stack.yaml`

/** What axe finds. The page's own policy keeps scripts out; a test may come in by the debugger. */
async function faultsOf(page: Page): Promise<readonly unknown[]> {
  const found = await page.evaluate(`${axe.source}; axe.run({ resultTypes: ['violations'] })`)
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] }
  return violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 200)])
}

/** Pixels by which the page is wider than its window. */
const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

describe.skipIf(noBrowserBecause !== undefined)(
  `the page of a fleet${noBrowserBecause ? ` (${noBrowserBecause})` : ''}`,
  () => {
    let world: SandboxWorld
    let served: ServedFleet
    let browser: Browser

    beforeAll(async () => {
      world = await startSandboxWorld('fleet-page', ['--hosts', 'none'])
      world.write({
        'fleet.yaml': 'evenkeel: 1\nfleet: acme\nstacks:\n  - files: ["stacks/**/*.stack.yaml"]\n',
        [web]: textOf('web'),
        [hostile]: textOf('hostile'),
        'stacks/dev/broken.stack.yaml': 'evenkeel: 1\nstack: broken\nsevers: { "<img src=x onerror=alert(3)>": {} }\n',
      })
      await expectSuccess(world.run(['fleet', 'plan', '--only', '**/web.*']))
      await expectSuccess(world.run(['fleet', 'apply', '--yes', '--only', '**/web.*']))
      await expectSuccess(world.run(['fleet', 'plan', '--only', 'stacks/dev/*gpj*']))
      served = await serveFleetOf(world)
      // Chromium has no sandbox of its own where root runs it.
      browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] })
    })
    afterAll(async () => {
      await browser?.close()
      await served?.end('SIGKILL')
      await world?.remove()
    })

    /** A page of a browser that has said the token; what it complained of, and what it asked of others. */
    async function opened(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: readonly string[] }> {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`))
      page.on('request', (asked) => {
        if (new URL(asked.url()).origin !== served.origin) complaints.push(asked.url())
      })
      await page.goto(served.url)
      return { page, complaints }
    }

    /** By the Tab key alone, from wherever the focus is. */
    async function tabTo(page: Page, name: RegExp): Promise<void> {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab')
        const focused = page.locator(':focus')
        if ((await focused.count()) === 0) continue
        const text = await focused.evaluate(
          '(element => element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent)(document.activeElement)',
        )
        if (name.test(String(text).replaceAll(/\s+/g, ' ').trim())) {
          expect(await focused.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
          return
        }
      }
      throw new Error(`nothing that is called ${name} can be reached by the keyboard`)
    }

    async function moveRule(): Promise<void> {
      const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['web'] }]
      const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({ Filters }))
      const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 23, ToPort: 23, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }]
      const GroupId = SecurityGroups[0]?.GroupId ?? ''
      await world.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
    }

    it('takes the token out of the URL, and asks nothing of anybody else', async () => {
      const { page, complaints } = await opened()
      expect(page.url()).toBe(`${served.origin}/`)
      await page.getByText('live', { exact: true }).waitFor()
      expect(complaints).toEqual([])
      expect(await page.evaluate('document.cookie')).toBe('')
    })

    it('is worked with by the keyboard alone, and tells what goes on: drift, plan, apply', async () => {
      const { page, complaints } = await opened()
      const row = page.locator(`#stack-${stackKey(web)}`)
      const status = page.getByRole('status')
      await page.getByText('live', { exact: true }).waitFor()
      await moveRule()
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
      await tabTo(page, new RegExp(`^Drift: ${web}$`))
      await page.keyboard.press('Enter')
      await expect.poll(() => row.innerText(), { timeout: 30_000 }).toContain('drift: 1 drifted')
      await expect.poll(() => status.textContent()).toContain(`drift report of ${web}: drift: 1 drifted`)
      await tabTo(page, new RegExp(`^${web}$`))
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: web }).waitFor()
      expect(await page.getByRole('region', { name: 'Text of the last drift report' }).innerText()).toContain('tcp 23')
      await tabTo(page, new RegExp(`^Plan: ${web}$`))
      await page.keyboard.press('Space')
      await page.getByRole('link', { name: `Review plan: ${web}` }).waitFor()
      await tabTo(page, /^Review plan/)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: /^Apply to web in the sandbox \(us-east-1\): 1 to update\?$/ }).waitFor()
      await tabTo(page, /^Only “yes” is taken for a yes$/)
      await page.keyboard.type('no')
      await page.keyboard.press('Enter')
      await page.getByText('Nothing was done').waitFor()
      await tabTo(page, /^Only “yes” is taken for a yes$/)
      await page.keyboard.type('yes')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: web, exact: true }).waitFor()
      await expect
        .poll(() => page.locator('#standing').innerText(), { timeout: 30_000 })
        .toContain('applied: 1 to update')
      expect(complaints).toEqual([])
    })

    it('leaves what somebody reads where it is while the page changes around it', async () => {
      const { page } = await opened()
      await page.goto(`${served.origin}/stack/${stackKey(web)}`)
      await page.getByText('live', { exact: true }).waitFor()
      const read = page.getByRole('region', { name: 'Text of the last apply' })
      await read.focus()
      await page.evaluate('document.activeElement.isRead = true')
      const order = `{ form: document.querySelector('[name=form]').value, plan: '${stackKey(web)}' }`
      await page.evaluate(`fetch('/work', { method: 'POST', body: new URLSearchParams(${order}) })`)
      await expect.poll(() => page.getByRole('status').textContent(), { timeout: 30_000 }).toContain(`plan of ${web}`)
      await expect.poll(() => page.locator('[data-line]').count()).toBe(0)
      expect(await page.evaluate('document.activeElement.isRead')).toBe(true)
    })

    it('listens while it is looked at, and tells who comes back that the token is another', async () => {
      const { page } = await opened()
      await page.getByText('live', { exact: true }).waitFor()
      const show = (isHidden: boolean) =>
        page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))`)
      const left = page.waitForEvent('requestfailed', (asked) => asked.url().endsWith('/events'))
      await show(true)
      await left
      await page.context().clearCookies()
      await show(false)
      await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('The token of this page')
    })

    it.each(['light', 'dark'] as const)(
      'is without a fault that axe finds, wide and narrow, when %s',
      async (colorScheme) => {
        const { page, complaints } = await opened({ colorScheme })
        const keys = [web, hostile].map(stackKey)
        const review = await page
          .getByRole('link', { name: /^Review plan/ })
          .first()
          .getAttribute('href')
        const paths = [
          '/',
          '/?state=drift&q=nothing',
          ...keys.map((key) => `/stack/${key}`),
          `/stack/${keys[0]}/drift`,
          `/stack/${keys[0]}/plan`,
          review ?? '',
          '/nowhere',
        ]
        for (const path of paths) {
          await page.setViewportSize({ width: 1280, height: 800 })
          await page.goto(`${served.origin}${path}`)
          expect([path, await faultsOf(page)]).toEqual([path, []])
          await page.setViewportSize({ width: 360, height: 800 })
          expect([path, await page.evaluate(tooWide)]).toEqual([path, 0])
          if (path === '/') expect(await faultsOf(page)).toEqual([])
        }
        expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
      },
    )

    it('holds what is hostile as text', async () => {
      const { page, complaints } = await opened()
      await page.getByText('live', { exact: true }).waitFor()
      for (const path of ['/', `/stack/${stackKey(hostile)}`, `/stack/${stackKey('stacks/dev/broken.stack.yaml')}`]) {
        await page.goto(`${served.origin}${path}`)
        const text = await page.locator('body').innerText()
        expect(text).toContain(
          path === '/' || path.includes(stackKey(hostile)) ? '<script>alert(1)' : 'unknown key `severs`',
        )
        expect(legible(text)).toBe(text)
        expect(await page.locator('img, iframe, body script').count()).toBe(0)
      }
      expect(complaints).toEqual([])
    })

    it('is whole without JavaScript', async () => {
      const { page } = await opened({ javaScriptEnabled: false })
      const rows = page.getByRole('row').filter({ has: page.getByRole('rowheader') })
      await page.getByLabel('Name or words').fill('**/web.*')
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      expect(await rows.count()).toBe(1)
      await page.getByRole('button', { name: `Drift: ${web}` }).click()
      expect(page.url()).toBe(`${served.origin}/?q=**%2Fweb.*#work`)
      await expect
        .poll(async () => (await page.reload(), page.locator(`#stack-${stackKey(web)}`).innerText()), {
          timeout: 30_000,
        })
        .toContain('in sync')
    })

    it('turns away who comes by another name, from another site, or without the token', async () => {
      const asked = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
        new Promise<number | undefined>((resolve, reject) => {
          const { port } = new URL(served.origin)
          const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode))
          })
          sent.on('error', reject).end()
        })
      const { host } = new URL(served.origin)
      const authorization = `Bearer ${served.token}`
      expect(await asked('GET', '/', { host })).toBe(401)
      expect(await asked('GET', '/', { host, authorization })).toBe(200)
      expect(await asked('GET', '/metrics', { host, authorization })).toBe(200)
      expect(await asked('GET', '/', { host: 'evil.example.com', authorization })).toBe(421)
      expect(await asked('POST', '/work', { host, authorization, origin: 'https://evil.example.com' })).toBe(403)
      expect(await asked('POST', '/work', { host, authorization })).toBe(403)
    })

    it('ends on SIGTERM, with an open page and without a word too many', async () => {
      const { page } = await opened()
      await page.getByText('live', { exact: true }).waitFor()
      expect(await served.end('SIGTERM')).toBe(0)
      expect(served.said()).toMatch(/Ending: [^\n]+\nEnded\.\n$/)
      await page.getByText('not reached; trying again').waitFor()
    })
  },
)
