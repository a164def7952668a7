import { required } from '../../core/assert.js'
import type { CopyRegion } from '../../model/regions/region-copy.js'
import { reportAt, type Context } from '../context.js'
import type { Path } from '../problem.js'
import type { CopyRegionShape } from '../shape/stack-shape.generated.js'

type Written = readonly (CopyRegionShape | undefined)[] | undefined

/** The regions of a list beside the stack's own, sorted by name: the own one has what is copied, so that one list serves stacks in several. */
export function copyRegionsOf({ target }: Context, written: Written): readonly CopyRegion[] {
  return (written ?? [])
    .map((one) => regionOf(required(one, 'region')))
    .filter(({ region }) => region !== target.region)
    .toSorted((left, right) => (left.region < right.region ? -1 : 1))
}

function regionOf(written: CopyRegionShape): CopyRegion {
  if (typeof written === 'string') return { region: written, encrypted: undefined, kmsKey: undefined }
  const { region, encrypted, kmsKey } = written
  // EC2 API, CopyImage and CopySnapshot: a key asks for encryption.
  return { region: required(region, 'region'), encrypted: kmsKey === undefined ? encrypted : true, kmsKey }
}

/** Reports a region that stands in a list twice, and a key for a copy that is not to be encrypted. */
export function checkCopyRegions(context: Context, path: Path, written: Written): void {
  const seen = new Set<string>()
  for (const [index, one] of (written ?? []).entries()) {
    const region = typeof one === 'string' ? one : one?.region
    if (region === undefined) continue
    const report = reportAt(context, [...path, 'regions', index])
    if (seen.has(region)) {
      report({
        code: 'SPEC_BAD_REGIONS',
        message: `${region} stands in the list already`,
        hint: 'leave one of them out',
      })
    }
    seen.add(region)
    if (typeof one === 'object' && one.encrypted === false && 'kmsKey' in one) {
      const message = '`kmsKey` cannot stand beside `encrypted: false`: a key encrypts'
      report({ code: 'SPEC_CONFLICTING_KEYS', message, hint: 'leave one of them out' })
    }
  }
}
