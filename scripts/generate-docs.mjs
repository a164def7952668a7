#!/usr/bin/env node
/**
 * Writes docs/stack-file.md, docs/commands.md and man/evenkeel.1 from what they tell of: the schema, the table of what a change of a key does,
 * and the commands. test/docs/reference.test.ts fails when a committed page is not what this writes.
 */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { bundleOf } from '../benches/support/bundle.mjs'

const { referencePages } = await import(pathToFileURL(await bundleOf('test/support/reference/pages.ts')).href)
for (const [path, text] of Object.entries(await referencePages()))
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
