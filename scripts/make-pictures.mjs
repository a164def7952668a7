#!/usr/bin/env node
// Makes the pictures of pages in docs/pictures anew, from test/golden/report and dist/: `node scripts/make-pictures.mjs`.
// It needs Chromium (sh scripts/setup.sh --browser).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const golden = (name) => join(root, 'test/golden/report', name)
const picture = (name) => join(root, 'docs/pictures', name)
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-pictures-'))
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const page = join(folder, 'page.html')
  const inputs = [golden('plan.json'), golden('run.jsonl')]
  const args = [join(root, 'dist/cli/main.js'), 'report', ...inputs, '--html', page]
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) throw new Error('no page was made')
  for (const colorScheme of ['light', 'dark']) {
    const shown = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 1180 } })
    await shown.goto(pathToFileURL(page).href)
    await shown.screenshot({ path: picture(`report-${colorScheme}.png`) })
    if (colorScheme === 'dark') await drawRun(shown)
    await shown.close()
  }
  await drawComment()
} finally {
  await browser.close()
  rmSync(folder, { recursive: true })
}

/** The beginning of the run over time, with some air around it. */
async function drawRun(shown) {
  await shown.locator('section.run h2').evaluate((head) => head.scrollIntoView({ behavior: 'instant' }))
  await shown.screenshot({ path: picture('run-dark.png'), clip: { x: 0, y: 0, width: 1200, height: 760 } })
}

/** The comment of a plan as GitHub shows it. */
async function drawComment() {
  const { planMarkdown } = await import(pathToFileURL(join(root, 'dist/report/plan/plan-markdown.js')).href)
  const plan = JSON.parse(readFileSync(golden('plan.json'), 'utf8'))
  const heading = {
    stack: plan.stack,
    target: 'ec2',
    region: 'us-east-1',
    account: '123456789012',
    revision: '4f0c2aa',
  }
  const style = readFileSync(new URL(import.meta.resolve('github-markdown-css/github-markdown-light.css')), 'utf8')
  const body = micromark(planMarkdown(plan, { heading }), {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  })
  const shown = await browser.newPage({ viewport: { width: 900, height: 200 } })
  await shown.setContent(
    `<style>${style}\nbody { margin: 0; padding: 24px; width: 900px; box-sizing: border-box }</style><body class="markdown-body">${body}`,
  )
  await shown.locator('body').screenshot({ path: picture('comment.png') })
}
