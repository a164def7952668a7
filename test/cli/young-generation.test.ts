import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { engineFlags } from '../../src/cli/engine-flags.js'
import { roomForYoungObjects } from '../../src/cli/young-generation.js'

/** MiB of both halves of the young generation, after so much was kept alive in it as a plan does. */
function youngMiB(begin: string): number {
  const script = `
    const v8 = require('node:v8')
    ;${begin}
    for (const flag of ${JSON.stringify(engineFlags(process.versions.v8, false))}) v8.setFlagsFromString(flag)
    const alive = []
    while (alive.length < 4000) alive.push(new Array(1000).fill(0))
    console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 1024 / 1024)`
  return Number(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout)
}

it.runIf(engineFlags(process.versions.v8, false).length > 0)(
  'young objects have four times the room that V8 begins with, and no more than that',
  () => {
    expect(youngMiB('')).toBeLessThanOrEqual(2)
    expect(youngMiB(`(${roomForYoungObjects.toString()})((flag) => v8.setFlagsFromString(flag))`)).toBe(8)
  },
)
