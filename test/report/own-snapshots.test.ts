import { expect, it } from 'vitest'
import { showJson } from '../../src/report/show/show-json.js'
import { showText } from '../../src/report/show/show-text.js'
import { snapshotsJson } from '../../src/report/tables/snapshots-text.js'
import { tagKeys } from '../../src/model/tags.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { liveSnapshot } from '../support/live-volume.js'
import { oneServer } from '../support/stack-texts.js'

it('a snapshot of another stack that the file names is no version of the volume that is made from it', () => {
  // A volume is made from a snapshot by its id: it is read under the address that names it, with its own tags.
  const tags = { [tagKeys.stack]: 'other', [tagKeys.address]: 'volume.data', [tagKeys.version]: '7' }
  const snapshots = [liveSnapshot('volume.data', 'snap-own'), liveSnapshot('volume.data', 'snap-foreign', { tags })]
  const live = emptyLive(specOf(oneServer), { snapshots })
  const texts = [showText(live, { color: false }), showJson(live), snapshotsJson(live, 0)]
  for (const text of texts) {
    expect(text).toContain('snap-own')
    expect(text).not.toContain('snap-foreign')
  }
  const foreign = emptyLive(specOf(oneServer), { snapshots: snapshots.slice(1) })
  expect(showText(foreign, { color: false })).toContain('Nothing of this stack is live.')
})
