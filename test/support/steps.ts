import type { Address } from '../../src/model/address.js'
import type { Step, StepId } from '../../src/model/steps/step.js'

/** A step of little content: enough for whoever looks at kinds, addresses and needs alone. */
export function plainStep(
  kind: Step['kind'],
  address: string,
  needs: readonly string[] = [],
  extra: object = {},
): Step {
  return {
    id: `${kind}:${address}` as StepId,
    kind,
    address: address as Address,
    needs: needs as readonly StepId[],
    impact: 'none',
    ...extra,
  } as Step
}
