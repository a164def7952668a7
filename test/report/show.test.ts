import { expect, it } from 'vitest'
import { showJson } from '../../src/report/show/show-json.js'
import { showText } from '../../src/report/show/show-text.js'
import { snapshotsJson } from '../../src/report/tables/snapshots-text.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { liveSnapshot } from '../support/live-volume.js'
import { oneServer } from '../support/stack-texts.js'

it('what was asked for and is not done is shown, with what takes it back', () => {
  const wishes = [
    { kind: 'restore', address: at('volume.data'), snapshotId: 'snap-3', checkpoint: 'demo/one' },
    { kind: 'follow-up', address: at('sync.site'), owes: 'health' },
  ] as const
  const live = emptyLive(specOf(oneServer), { ledger: { id: 'lt-1', addresses: [at('server.web')], wishes } })
  const text = showText(live, { color: false })
  expect(text).toContain('volume.data is to be restored to snap-3, of the checkpoint demo/one.')
  expect(text).toContain('sync.site has copied, and its health check has not passed.')
  expect(text).toContain('evenkeel withdraw')
  expect(JSON.parse(showJson(live))).toMatchObject({ wishes })
  expect(showText(emptyLive(specOf(oneServer)), { color: false })).not.toContain('Asked for')
})

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
